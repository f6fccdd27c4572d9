import ThalwegLinearAlgebra

/// A sampled trace, or another sum over a spectrum, with the uncertainty that sampling leaves.
public struct TraceEstimate: Sendable, Equatable, Codable {
  /// The estimate, in the unit of the operator's entries.
  public let value: Double
  /// The standard error of ``value``, in the same unit; `nil` where one sample gives none.
  public let standardError: Double?
  /// Products spent.
  public let products: Int

  /// An estimate.
  public init(value: Double, standardError: Double?, products: Int) {
    self.value = value
    self.standardError = standardError
    self.products = products
  }

  /// The mean of samples.
  init(meanOf samples: [Double], products: Int) {
    let mean = DrawMean(of: samples)
    self.init(value: mean.value, standardError: mean.standardError, products: products)
  }
}

/// Number of probe vectors in one product. A probe is a function of its number, so this changes no estimate.
private let probeBlockSize = 8

/// Calls `body` with the number of each probe, the probe, and its product.
func withProbes(
  _ numbers: Range<Int>, of a: some SymmetricOperator, _ probe: ProbeKind, seed: UInt64,
  _ body: (Int, _ probe: [Double], _ product: [Double]) -> Void
) throws {
  let n = a.dimension
  for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: probeBlockSize) {
    try Task.checkCancellation()
    let block = first..<min(first + probeBlockSize, numbers.upperBound)
    let vectors = Matrix(
      rowCount: n, columnCount: block.count,
      elements: block.flatMap { randomVector(count: n, probe, seed: seed, RandomKey.trace, $0) })
    let products = try a.products(with: vectors)
    for (column, number) in block.enumerated() {
      body(number, vectors.column(column), products.column(column))
    }
  }
}

/// Bytes of the probes, their products and the copies in flight.
func probeBytes(dimension: Int) -> Int { (2 * probeBlockSize + 2) * dimension * 8 }
