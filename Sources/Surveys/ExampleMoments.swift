/// Count, mean and spread of numbers, one for each example; those of two sets of examples can be put together.
public struct ExampleMoments: Sendable, Equatable {
  /// Number of examples.
  public private(set) var count: Int
  /// Their mean; 0 of none.
  public private(set) var mean: Double
  /// The sum of squared distances from the mean.
  public private(set) var squares: Double

  /// The moments of `samples`.
  public init(of samples: [Double] = []) {
    count = samples.count
    mean = count > 0 ? samples.reduce(0, +) / Double(count) : 0
    let mean = mean
    squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }

  /// Adds the examples of `other`.
  public mutating func add(_ other: ExampleMoments) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let difference = other.mean - mean
    squares += other.squares + difference * difference * Double(count) * Double(other.count) / total
    mean += difference * Double(other.count) / total
    count += other.count
  }
}
