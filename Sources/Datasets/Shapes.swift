import ThalwegRandomness

extension Dataset {
  /// Small pictures of ten kinds of shapes and patterns, drawn from a seed: image data that needs no file.
  ///
  /// Position, size, rotation, brightness of shape and background, a gradient and noise vary at random, and the
  /// shape is lighter or darker than the background with equal probability. So no weighted sum of pixels tells
  /// the classes apart, while a small convolutional network learns them within a minute.
  public struct Shapes: Equatable, Sendable {
    /// Examples of the train split.
    public var count = 4000
    /// Examples of the test split.
    public var testCount = 1000
    /// Height and width in pixels, 8 … 64.
    public var size = 16
    /// 1 for grey, 3 for colours.
    public var channels = 1
    /// Standard deviation of the noise of each pixel, in units of the full range.
    public var noise = 0.05
    /// Seed of everything.
    public var seed: UInt64 = 1

    /// The defaults.
    public init() {}

    /// Names of the classes, by label.
    public static let classNames = ShapeKind.allCases.map(\.rawValue)

    /// The examples of `split`; the two splits use unrelated random numbers. Classes take turns, so every prefix
    /// is balanced.
    ///
    /// - Throws: ``DatasetError`` never for options that ``DatasetSource`` accepts.
    /// - Complexity: About 10 µs per example of 16 × 16 pixels.
    public func dataset(split: DatasetSplit) throws(DatasetError) -> Dataset {
      let count = split == .train ? count : testCount
      let exampleSize = channels * size * size
      let kinds = ShapeKind.allCases
      let bytes = [UInt8](unsafeUninitializedCapacity: count * exampleSize) { buffer, filled in
        for index in 0..<count {
          var stream = RandomStream(seed: seed, split == .train ? 0 : 1, UInt64(index))
          let picture = ShapePicture(kind: kinds[index % kinds.count], size: size, using: &stream)
          let target = UnsafeMutableBufferPointer(
            rebasing: buffer[(index * exampleSize)..<((index + 1) * exampleSize)])
          picture.draw(into: target, size: size, channels: channels, noise: noise, using: &stream)
        }
        filled = count * exampleSize
      }
      return try Dataset(
        name: "shapes \(split.rawValue)", exampleShape: [channels, size, size], classCount: kinds.count,
        bytes: bytes, labels: (0..<count).map { Int32($0 % kinds.count) })
    }
  }
}

/// What a picture shows.
enum ShapeKind: String, CaseIterable {
  case disc, ring, square, triangle, cross, bar
  case horizontalStripes, verticalStripes, diagonalStripes, checkerboard

  /// Whether it fills the whole picture.
  var isPattern: Bool {
    switch self {
    case .disc, .ring, .square, .triangle, .cross, .bar: false
    case .horizontalStripes, .verticalStripes, .diagonalStripes, .checkerboard: true
    }
  }
}
