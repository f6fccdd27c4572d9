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
