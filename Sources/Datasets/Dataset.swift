import ThalwegFiles

/// Labelled examples of one shape, kept in memory.
///
/// Examples are bytes (images; a byte `b` means `b / 255`) or floats. Subsets share the storage of the whole, so
/// they cost one number per example. Values leave through
/// ``ExampleCopier``.
public struct Dataset: Sendable {
  /// A name for people, for example `cifar10 train`.
  public let name: String
  /// Shape of one example: `[channels, height, width]`, or `[features]`.
  public let exampleShape: [Int]
  /// Number of classes; every label is below it.
  public let classCount: Int
  /// The class of each example.
  public let labels: [Int32]
  let storage: ExampleStorage
  /// Places in the storage, or `nil` where example `i` stands at place `i`.
  let places: [Int]?
  private let fingerprintCache = FingerprintCache()

  /// Number of examples.
  public var count: Int { labels.count }

  /// Number of values of one example.
  public var exampleSize: Int { storage.exampleSize }

  /// Number of channels; for plain features each feature is one.
  public var channelCount: Int { exampleShape.first ?? 1 }

  /// SHA-256 of shape, class count, values and labels, in the order of the examples; the name is left out.
  ///
  /// - Complexity: Reads every value once, when first asked.
  public var fingerprint: String {
    fingerprintCache.value { computeFingerprint() }
  }

  /// A data set of bytes, for example images; a byte `b` means `b / 255`.
  ///
  /// - Parameters:
  ///   - name: A name for people.
  ///   - exampleShape: Shape of one example, each extent at least 1.
  ///   - classCount: Number of classes, at least 1.
  ///   - bytes: The examples one after another, each in row-major order.
  ///   - labels: The class of each example.
  /// - Throws: ``DatasetError`` where counts do not fit or a label is no class.
  public init(
    name: String, exampleShape: [Int], classCount: Int, bytes: [UInt8], labels: [Int32]
  ) throws(DatasetError) {
    try self.init(
      name: name, exampleShape: exampleShape, classCount: classCount, values: .bytes(bytes), labels: labels)
  }

  /// A data set of floats.
  ///
  /// - Parameters:
  ///   - name: A name for people.
  ///   - exampleShape: Shape of one example, each extent at least 1.
  ///   - classCount: Number of classes, at least 1.
  ///   - floats: The examples one after another, each in row-major order.
  ///   - labels: The class of each example.
  /// - Throws: ``DatasetError`` where counts do not fit or a label is no class.
  public init(
    name: String, exampleShape: [Int], classCount: Int, floats: [Float], labels: [Int32]
  ) throws(DatasetError) {
    try self.init(
      name: name, exampleShape: exampleShape, classCount: classCount, values: .floats(floats), labels: labels)
  }

  private init(
    name: String, exampleShape: [Int], classCount: Int, values: ExampleStorage.Values, labels: [Int32]
  ) throws(DatasetError) {
    guard exampleShape.count == 1 || exampleShape.count == 3, exampleShape.allSatisfy({ $0 > 0 }),
      let size = checkedProduct(exampleShape), checkedProduct([size, labels.count]) == values.count
    else {
      throw .mismatch(
        what: name, found: "\(values.count) values",
        expected:
          "\(labels.count) examples of shape [features] or [channels, height, width], here \(exampleShape)")
    }
    if let wrong = labels.firstIndex(where: { $0 < 0 || $0 >= classCount }) {
      throw .mismatch(
        what: name, found: "label \(labels[wrong]) of example \(wrong)", expected: "0 to \(classCount - 1)")
    }
    self.name = name
    self.exampleShape = exampleShape
    self.classCount = classCount
    self.labels = labels
    storage = ExampleStorage(values: values, exampleSize: size)
    places = nil
  }

  private init(viewOf whole: Dataset, places: [Int], labels: [Int32], name: String) {
    self.name = name
    exampleShape = whole.exampleShape
    classCount = whole.classCount
    self.labels = labels
    storage = whole.storage
    self.places = places
  }

  /// The examples at `indices`, in that order, sharing this set's storage. An index may occur more than once.
  ///
  /// - Parameter indices: Each in `0..<count`.
  public func subset(_ indices: [Int]) -> Dataset {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < count }, "an index is outside 0..<\(count)")
    return Dataset(
      viewOf: self, places: indices.map { place(of: $0) }, labels: indices.map { labels[$0] },
      name: "\(name), \(indices.count) of \(count)")
  }

  /// The first `length` examples, or all where there are fewer; sharing this set's storage.
  public func prefix(_ length: Int) -> Dataset {
    precondition(length >= 0, "a prefix of \(length) examples")
    return length >= count ? self : subset(Array(0..<length))
  }

  /// The first `length` examples, or all where there are fewer, in storage of their own: for a small part of a large
  /// set that is not needed otherwise, since a view keeps the memory of the whole.
  ///
  /// Of a set that is no subset the examples keep their identity: the same augmentations meet them as in the whole.
  public func copiedPrefix(_ length: Int) -> Dataset {
    precondition(length >= 0, "a prefix of \(length) examples")
    return length >= count ? self : Dataset(copyOf: prefix(length))
  }

  private init(copyOf view: Dataset) {
    name = view.name
    exampleShape = view.exampleShape
    classCount = view.classCount
    labels = view.labels
    storage = view.storage.copy(of: (0..<view.count).map { view.place(of: $0) })
    places = nil
  }

  /// Place of example `index` in the storage: its identity, the same in every view.
  func place(of index: Int) -> Int {
    places.map { $0[index] } ?? index
  }

  private func computeFingerprint() -> String {
    var hasher = SHA256Hasher()
    let kind = if case .bytes = storage.values { "bytes" } else { "floats" }
    hasher.update("\(exampleShape) \(classCount) \(count) \(kind)\n")
    for index in 0..<count {
      storage.withBytes(ofExample: place(of: index)) { hasher.update($0) }
    }
    labels.withUnsafeBytes { hasher.update($0) }
    return hasher.finish()
  }
}
