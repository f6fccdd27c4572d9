import Foundation
import ThalwegRandomness

extension Dataset {
  /// The four points of exclusive or: inputs 0 and 1, class 1 where they differ.
  public static func xor() throws(DatasetError) -> Dataset {
    try Dataset(
      name: "xor", exampleShape: [2], classCount: 2, floats: [0, 0, 0, 1, 1, 0, 1, 1], labels: [0, 1, 1, 0])
  }

  /// Points on spirals that wind about the origin, one arm per class, within about [−1, 1]².
  ///
  /// Arm `k` of `K` runs through the angle `2π k/K + 2π t turns` at radius `t`, `t` uniform in [0.05, 1]; normal
  /// noise is added to both coordinates. Classes take turns, so every prefix is balanced.
  public struct Spirals: Equatable, Sendable {
    /// Examples of the train split.
    public var count = 1000
    /// Examples of the test split.
    public var testCount = 1000
    /// Number of arms, 2 … 100.
    public var classCount = 2
    /// Standard deviation of the noise, in the unit of the coordinates.
    public var noise = 0.02
    /// Turns that an arm makes.
    public var turns = 1.5
    /// Seed of positions and noise.
    public var seed: UInt64 = 1

    /// The defaults.
    public init() {}

    /// The examples of `split`; the two splits use unrelated random numbers.
    ///
    /// - Throws: ``DatasetError`` never for options that ``DatasetSource`` accepts.
    public func dataset(split: DatasetSplit) throws(DatasetError) -> Dataset {
      let count = split == .train ? count : testCount
      var points: [Float] = []
      points.reserveCapacity(2 * count)
      for index in 0..<count {
        var stream = RandomStream(seed: seed, split == .train ? 0 : 1, UInt64(index))
        let radius = stream.uniform(in: 0.05...1)
        let angle = 2 * Double.pi * (Double(index % classCount) / Double(classCount) + turns * radius)
        points.append(Float(radius * cos(angle) + noise * stream.normal()))
        points.append(Float(radius * sin(angle) + noise * stream.normal()))
      }
      return try Dataset(
        name: "spirals \(split.rawValue)", exampleShape: [2], classCount: classCount, floats: points,
        labels: (0..<count).map { Int32($0 % classCount) })
    }
  }
}
