/// Why a decomposition could not be made.
public enum LinearAlgebraError: Error, Equatable, Sendable {
  /// An entry of the input is NaN or infinite.
  case nonFinite(row: Int, column: Int)
  /// The input has more rows, columns or working memory than the library can count.
  case tooLarge(rows: Int, columns: Int)
  /// The iteration of `operation` failed for `count` values.
  case noConvergence(operation: String, count: Int)
}

extension LinearAlgebraError: CustomStringConvertible {
  /// What was found and where.
  public var description: String {
    switch self {
    case .nonFinite(let row, let column):
      "the entry at row \(row), column \(column) is not a finite number"
    case .tooLarge(let rows, let columns):
      "a matrix of \(rows) rows and \(columns) columns is too large for a dense decomposition"
    case .noConvergence(let operation, let count):
      "\(operation) did not converge for \(count) values"
    }
  }
}
