/// Passes products on and counts them and the time that they take.
public final class CountingOperator: SymmetricOperator {
  private let base: any SymmetricOperator
  private let clock = ContinuousClock()
  /// Number of vectors multiplied so far.
  public private(set) var productCount = 0
  /// Seconds spent in products so far.
  public private(set) var secondsInProducts = 0.0

  /// Counts the products of `base`.
  public init(_ base: any SymmetricOperator) {
    self.base = base
  }

  /// Number of rows and columns.
  public var dimension: Int { base.dimension }

  /// Y = A X. A product that throws is not counted; its time is.
  public func multiply(
    _ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>
  ) throws {
    let start = clock.now
    defer {
      let (seconds, attoseconds) = start.duration(to: clock.now).components
      secondsInProducts += Double(seconds) + Double(attoseconds) * 1e-18
    }
    try base.multiply(vectors, columnCount: columnCount, into: &products)
    productCount += columnCount
  }
}
