public import ThalwegLinearAlgebra

/// A symmetric matrix that is known only by its products with vectors.
///
/// A conforming class may keep work memory and need not be safe to share between threads. Nothing here checks
/// that the operator is symmetric; what depends on it says so and measures the asymmetry.
public protocol SymmetricOperator: AnyObject {
  /// Number of rows and columns.
  var dimension: Int { get }
  /// Y = A X for `columnCount` vectors stored one after another.
  ///
  /// - Parameters:
  ///   - vectors: `dimension * columnCount` entries.
  ///   - products: Room for as many; every entry is to be written.
  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws
}

extension SymmetricOperator {
  /// The product with one vector, checked to be finite.
  ///
  /// - Throws: ``OperatorError/nonFinite(firstIndex:column:)``, and whatever the operator throws.
  public func product(with vector: [Double]) throws -> [Double] {
    var result = [Double](repeating: 0, count: dimension)
    try multiplyChecked(vector, columnCount: 1, into: &result)
    return result
  }

  /// The products with the columns of a matrix, checked to be finite.
  ///
  /// - Throws: ``OperatorError/nonFinite(firstIndex:column:)``, and whatever the operator throws.
  public func products(with vectors: Matrix) throws -> Matrix {
    precondition(
      vectors.rowCount == dimension, "vectors of \(vectors.rowCount) entries, dimension \(dimension)")
    var result = [Double](repeating: 0, count: vectors.elements.count)
    try multiplyChecked(vectors.elements, columnCount: vectors.columnCount, into: &result)
    return Matrix(rowCount: dimension, columnCount: vectors.columnCount, elements: result)
  }

  /// ``multiply(_:columnCount:into:)`` from and into arrays, unchecked.
  func multiply(_ vectors: [Double], columnCount: Int, into products: inout [Double]) throws {
    var span = products.mutableSpan
    try multiply(vectors.span, columnCount: columnCount, into: &span)
  }

  /// ``multiply(_:columnCount:into:)`` with the sizes and the result checked.
  func multiplyChecked(_ vectors: [Double], columnCount: Int, into products: inout [Double]) throws {
    precondition(
      vectors.count == dimension * columnCount && products.count == vectors.count,
      "\(vectors.count) entries into \(products.count) for \(columnCount) vectors of \(dimension)")
    guard columnCount > 0 else { return }
    try multiply(vectors, columnCount: columnCount, into: &products)
    // A finite sum of squares has finite terms; only if it is not finite is each entry looked at.
    if VectorKernel.dot(products, products).isFinite { return }
    if let index = products.firstIndex(where: { !$0.isFinite }) {
      throw OperatorError.nonFinite(firstIndex: index % dimension, column: index / dimension)
    }
  }
}

/// Why a product cannot be used.
public enum OperatorError: Error, Equatable, Sendable {
  /// Entry `firstIndex` of the product with vector `column` of the block is NaN or infinite.
  case nonFinite(firstIndex: Int, column: Int)
}

extension OperatorError: CustomStringConvertible {
  /// The place of the entry.
  public var description: String {
    switch self {
    case .nonFinite(let index, let column):
      "entry \(index) of the product with vector \(column) is not a finite number"
    }
  }
}
