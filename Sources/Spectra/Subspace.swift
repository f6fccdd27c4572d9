public import ThalwegLinearAlgebra

/// The span of some vectors, for example of the eigenvectors of the largest eigenvalues.
public struct Subspace: Sendable {
  /// Orthonormal vectors as columns.
  public let basis: Matrix

  /// The span of the columns of `vectors`, which need neither unit length nor right angles.
  ///
  /// - Throws: ``SpectrumError/dependentVectors(index:)`` if a vector lies in the span of those before it up
  ///   to rounding (`n ε` of its length); `LinearAlgebraError` if an entry is not finite.
  public init(spanning vectors: Matrix) throws {
    guard vectors.columnCount <= vectors.rowCount else {
      throw SpectrumError.dependentVectors(index: vectors.rowCount)
    }
    let factors = try QRDecomposition(of: vectors)
    for j in 0..<vectors.columnCount {
      let length = VectorKernel.norm(factors.r.column(j))
      if abs(factors.r[j, j]) <= Double(vectors.rowCount) * 0x1p-52 * length {
        throw SpectrumError.dependentVectors(index: j)
      }
    }
    basis = factors.q
  }

  /// Number of dimensions K.
  public var dimension: Int { basis.columnCount }

  /// `(1/K) Σ ‖P uᵢ‖²` over an orthonormal basis u of the *other* subspace, with P the projector onto this
  /// one.
  ///
  /// 1 if the other one lies within this one, 0 if they are orthogonal. For random subspaces the mean is this
  /// one's dimension over that of the whole space.
  public func overlap(with other: Subspace) -> Double {
    precondition(
      basis.rowCount == other.basis.rowCount && other.dimension > 0, "subspaces that cannot be compared")
    let cosines = basis.transposedTimes(other.basis).elements
    return VectorKernel.dot(cosines, cosines) / Double(other.dimension)
  }

  /// The share `‖P g‖² / ‖g‖²` of a vector's energy that lies in the subspace; `nil` for a zero vector.
  public func energyShare(of vector: [Double]) -> Double? {
    // Scaled first: the squares of a tiny gradient's entries could vanish.
    var unit = vector
    guard unit.normalise() else { return nil }
    let parts = basis.transposedTimes(unit)
    return VectorKernel.dot(parts, parts)
  }
}
