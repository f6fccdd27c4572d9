/// Why a spectrum, a trace or a subspace cannot be computed as asked.
public enum SpectrumError: Error, Equatable, Sendable {
  /// A dense matrix of this dimension is above the bound that the caller set.
  case dimensionTooLarge(dimension: Int, limit: Int)
  /// The memory bound does not hold the smallest basis with which the method works.
  case memoryBoundTooSmall(bytes: Int, needed: Int)
  /// The starting vector is zero or has an entry that is no finite number.
  case unusableStart
  /// A saved state or draw does not fit the operator.
  case dimensionMismatch(expected: Int, found: Int)
  /// The parts of a stored state do not fit each other.
  case inconsistentState
  /// The vectors that should span a subspace depend on each other: vector `index` lies in the span of those
  /// before.
  case dependentVectors(index: Int)
}

extension SpectrumError: CustomStringConvertible {
  /// What was found and what is possible.
  public var description: String {
    switch self {
    case .dimensionTooLarge(let dimension, let limit):
      "dimension \(dimension) is above the limit \(limit) of dense matrices"
    case .memoryBoundTooSmall(let bytes, let needed):
      "a memory bound of \(bytes) bytes; at least \(needed) are needed"
    case .unusableStart:
      "the starting vector is zero or holds an entry that is not a finite number"
    case .dimensionMismatch(let expected, let found):
      "dimension \(found) where \(expected) was expected"
    case .inconsistentState:
      "the parts of the stored state do not fit each other"
    case .dependentVectors(let index):
      "vector \(index) lies in the span of the vectors before it"
    }
  }
}
