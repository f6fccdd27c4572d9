import ThalwegLinearAlgebra

/// The principal block of an operator that belongs to some of its indices: one layer, or all filters.
///
/// A vector is set into the full space with zeros elsewhere, multiplied, and read out at the same indices. A
/// product costs one product of the full operator.
public final class RestrictedOperator: SymmetricOperator {
  private let base: any SymmetricOperator
  private let ranges: [Range<Int>]
  private var full: [Double] = []
  private var fullProducts: [Double] = []
  /// Number of rows and columns: the number of indices kept.
  public let dimension: Int

  /// The block of the indices in `ranges`, in their order. The ranges must not overlap.
  public init(_ base: any SymmetricOperator, to ranges: [Range<Int>]) {
    let sorted = ranges.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
    for (range, next) in zip(sorted, sorted.dropFirst()) {
      precondition(range.upperBound <= next.lowerBound, "the ranges \(range) and \(next) overlap")
    }
    if let first = sorted.first, let last = sorted.last {
      precondition(
        first.lowerBound >= 0 && last.upperBound <= base.dimension,
        "indices \(first.lowerBound)..<\(last.upperBound) of an operator of dimension \(base.dimension)")
    }
    self.base = base
    self.ranges = ranges
    dimension = ranges.reduce(0) { $0 + $1.count }
  }

  /// Y = Pᵀ A P X with P the embedding.
  public func multiply(
    _ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>
  ) throws {
    let n = base.dimension
    if full.count != n * columnCount {
      // Entries outside the ranges are never written, so they stay zero from here on.
      full = Array(repeating: 0, count: n * columnCount)
      fullProducts = full
    }
    var place = 0
    for column in 0..<columnCount {
      for range in ranges {
        for i in range {
          full[i + column * n] = vectors[place]
          place += 1
        }
      }
    }
    try base.multiply(full, columnCount: columnCount, into: &fullProducts)
    place = 0
    for column in 0..<columnCount {
      for range in ranges {
        for i in range {
          products[place] = fullProducts[i + column * n]
          place += 1
        }
      }
    }
  }
}
