import Synchronization

/// The values of all examples, shared by a data set and its subsets.
final class ExampleStorage: Sendable {
  enum Values: Sendable {
    case bytes([UInt8])
    case floats([Float])

    var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  let values: Values
  let exampleSize: Int

  init(values: Values, exampleSize: Int) {
    self.values = values
    self.exampleSize = exampleSize
  }

  /// The examples at `places`, one after another, in memory of their own.
  func copy(of places: [Int]) -> ExampleStorage {
    let values: Values =
      switch self.values {
      case .bytes(let bytes): .bytes(gather(places, from: bytes))
      case .floats(let floats): .floats(gather(places, from: floats))
      }
    return ExampleStorage(values: values, exampleSize: exampleSize)
  }

  private func gather<Value>(_ places: [Int], from values: [Value]) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(places.count * exampleSize)
    for place in places { result += values[place * exampleSize..<(place + 1) * exampleSize] }
    return result
  }

  /// Calls `body` with the memory of the example at `place`.
  func withBytes(ofExample place: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    let range = (place * exampleSize)..<((place + 1) * exampleSize)
    switch values {
    case .bytes(let bytes): bytes[range].withUnsafeBytes(body)
    case .floats(let floats): floats[range].withUnsafeBytes(body)
    }
  }
}

/// A fingerprint that is computed once, by whoever asks first, and shared by copies of the data set.
final class FingerprintCache: Sendable {
  private let stored = Mutex<String?>(nil)

  func value(_ compute: () -> String) -> String {
    stored.withLock { stored in
      let value = stored ?? compute()
      stored = value
      return value
    }
  }
}
