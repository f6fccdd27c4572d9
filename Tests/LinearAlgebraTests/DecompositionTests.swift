import Foundation
import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegRandomness

@Suite("Dense linear algebra")
struct DecompositionTests {
  /// Rounding of dense algorithms: a small multiple of n ε for the sizes here (n ≤ 40).
  static let rounding = 40 * 10 * 0x1p-52

  func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var stream = RandomStream(seed: seed)
    return Matrix(
      rowCount: rows, columnCount: columns, elements: (0..<(rows * columns)).map { _ in stream.normal() })
  }

  func symmetric(_ n: Int, seed: UInt64) -> Matrix {
    let a = random(n, n, seed: seed)
    var s = a
    for i in 0..<n { for j in 0..<n { s[i, j] = 0.5 * (a[i, j] + a[j, i]) } }
    return s
  }

  func expectEqual(_ a: Matrix, _ b: Matrix, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(a.rowCount == b.rowCount && a.columnCount == b.columnCount, sourceLocation: sourceLocation)
    expectClose(a.elements, b.elements, tolerance: Self.rounding, sourceLocation: sourceLocation)
  }

  @Test("products of small matrices are those done by hand")
  func productsByHand() {
    let a = Matrix(rows: [[1, 2], [3, 4], [5, 6]])
    let b = Matrix(rows: [[1, -1], [2, 0]])
    #expect(a.times(b) == Matrix(rows: [[5, -1], [11, -3], [17, -5]]))
    #expect(a.transposedTimes(a) == Matrix(rows: [[35, 44], [44, 56]]))
    #expect(a.times([1, -1]) == [-1, -1, -1])
    #expect(a.transposedTimes([1, 0, -1]) == [-4, -4])
    #expect(a.transposed.row(0) == [1, 3, 5])
  }

  @Test("products with no rows, columns or inner dimension are empty or zero")
  func emptyProducts() {
    let tall = Matrix(rowCount: 3, columnCount: 0)
    #expect(tall.times(Matrix(rowCount: 0, columnCount: 2)) == Matrix(rowCount: 3, columnCount: 2))
    #expect(tall.transposedTimes(tall).elements.isEmpty)
    #expect(Matrix(rowCount: 0, columnCount: 0).trace == 0)
  }

  @Test("the eigenpairs of a 2 × 2 matrix are exact")
  func twoByTwo() throws {
    let pairs = try SymmetricEigendecomposition(of: Matrix(rows: [[2, 1], [1, 2]]))
    expectClose(pairs.values, [1, 3], tolerance: Self.rounding)
    expectClose(pairs.vectors.column(1).map { abs($0) }, [sqrt(0.5), sqrt(0.5)], tolerance: Self.rounding)
  }

  @Test("eigenvectors rebuild a symmetric matrix and are orthonormal", arguments: [1, 2, 7, 40])
  func rebuilds(n: Int) throws {
    let a = symmetric(n, seed: 3)
    let pairs = try SymmetricEigendecomposition(of: a)
    expectEqual(pairs.vectors.transposedTimes(pairs.vectors), .identity(n))
    expectEqual(pairs.vectors.times(Matrix(diagonal: pairs.values)).times(pairs.vectors.transposed), a)
    expectClose(try SymmetricEigendecomposition.values(of: a), pairs.values, tolerance: Self.rounding)
  }

  @Test("the second-difference matrix has the eigenvalues 2 − 2 cos(kπ/(n + 1))", arguments: [1, 2, 30])
  func secondDifferences(n: Int) throws {
    let exact = (1...n).map { 2.0 - 2.0 * cos(Double($0) * Double.pi / Double(n + 1)) }
    let (diagonal, beside) = ([Double](repeating: 2, count: n), [Double](repeating: -1, count: n - 1))
    let pairs = try TridiagonalEigendecomposition(diagonal: diagonal, offDiagonal: beside)
    expectClose(pairs.values, exact, tolerance: Self.rounding)
    let values = try TridiagonalEigendecomposition.values(diagonal: diagonal, offDiagonal: beside)
    expectClose(values, exact, tolerance: Self.rounding)
    expectClose(pairs.firstRow.reduce(0) { $0 + $1 * $1 }, 1, relative: Self.rounding)
  }

  @Test(
    "Q R is the matrix, with Q orthonormal and R upper triangular",
    arguments: [(5, 5), (40, 7), (1, 1), (3, 0)])
  func orthonormalFactors(shape: (Int, Int)) throws {
    let a = random(shape.0, shape.1, seed: 5)
    let factors = try QRDecomposition(of: a)
    expectEqual(factors.q.times(factors.r), a)
    expectEqual(factors.q.transposedTimes(factors.q), .identity(shape.1))
    for j in 0..<shape.1 { for i in (j + 1)..<max(shape.1, j + 1) { #expect(factors.r[i, j] == 0) } }
  }

  @Test("Q is orthonormal for a matrix that has lost rank, even for zeros")
  func rankDeficient() throws {
    let column = [1.0, 2, 3, 4]
    let factors = try QRDecomposition(of: Matrix(columns: [column, column, [0, 0, 0, 0]]))
    expectEqual(factors.q.transposedTimes(factors.q), .identity(3))
  }

  @Test(
    "singular vectors rebuild tall, wide and square matrices", arguments: [(12, 4), (4, 12), (6, 6), (1, 3)])
  func singularValues(shape: (Int, Int)) throws {
    let a = random(shape.0, shape.1, seed: 7)
    let parts = try SingularValueDecomposition(of: a)
    expectEqual(parts.u.times(Matrix(diagonal: parts.values)).times(parts.vTransposed), a)
    #expect(parts.values == parts.values.sorted(by: >))
    let squares = try SymmetricEigendecomposition.values(of: a.times(a.transposed)).suffix(parts.values.count)
    expectClose(squares.reversed(), parts.values.map { $0 * $0 }, tolerance: Self.rounding)
  }

  @Test("NaN and infinity in the input are errors that name the place")
  func nonFinite() {
    let bad = Matrix(rows: [[1, 0], [.nan, 1]])
    let expected = LinearAlgebraError.nonFinite(row: 1, column: 0)
    #expect(thrown(LinearAlgebraError.self) { try SymmetricEigendecomposition(of: bad) } == expected)
    #expect(thrown(LinearAlgebraError.self) { try QRDecomposition(of: bad) } == expected)
    #expect(thrown(LinearAlgebraError.self) { try SingularValueDecomposition(of: bad) } == expected)
    let error = thrown(LinearAlgebraError.self) {
      try TridiagonalEigendecomposition(diagonal: [1, 2, 3], offDiagonal: [0, .infinity])
    }
    #expect(error == .nonFinite(row: 2, column: 1))
  }

  @Test("enormous and tiny matrices keep their eigenvalues", arguments: [1e200, 1e-200])
  func extremeScale(scale: Double) throws {
    let values = try SymmetricEigendecomposition.values(
      of: Matrix(rows: [[2 * scale, scale], [scale, 2 * scale]]))
    expectClose(values.map { $0 / scale }, [1, 3], tolerance: Self.rounding)
    expectClose(VectorKernel.norm([3 * scale, 4 * scale]) / scale, 5, relative: Self.rounding)
  }

  @Test("inner products and sums of long vectors have the same bits with one thread and with two")
  func threadsChangeNothing() async {
    // In a process of its own, as the number of threads is the process's and other tests compare bits.
    await #expect(processExitsWith: .success) {
      var stream = RandomStream(seed: 11)
      let x = (0..<100_003).map { _ in stream.normal() }
      let y = (0..<100_003).map { _ in stream.normal() }
      func results() -> (Double, [Double]) {
        var sum = y
        VectorKernel.add(0.3, times: x, to: &sum)
        return (VectorKernel.dot(x, y), sum)
      }
      setLinearAlgebraThreadCount(1)
      let one = results()
      setLinearAlgebraThreadCount(2)
      precondition(one == results())
    }
  }

  @Test("inner products of long vectors are the plain sums, up to rounding")
  func longDot() {
    let x = random(100_003, 1, seed: 11).elements
    let y = random(100_003, 1, seed: 12).elements
    // Rounding grows like √n ε ‖x‖ ‖y‖ at most, which is 1e5 · 316 ε.
    expectClose(
      VectorKernel.dot(x, y), zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }, relative: 0,
      absolute: 1e5 * 316 * 0x1p-52)
  }

  @Test("the same decomposition has the same bits each time")
  func isDeterministic() throws {
    let a = symmetric(40, seed: 13)
    let first = try SymmetricEigendecomposition(of: a)
    for _ in 0..<3 {
      let again = try SymmetricEigendecomposition(of: a)
      #expect(first.values == again.values && first.vectors == again.vectors)
    }
  }

  @Test("Cholesky solves equations, and a matrix that is not positive definite has none")
  func cholesky() throws {
    let matrix = Matrix(rows: [[4, 2, 0], [2, 5, 1], [0, 1, 3]])
    let solution = [1.0, -2, 0.5]
    let right = matrix.times(solution)
    let found = try #require(try CholeskyDecomposition(of: matrix)).solve(right)
    for (a, b) in zip(found, solution) { #expect(abs(a - b) < 1e-14) }
    let indefinite = try CholeskyDecomposition(of: Matrix(rows: [[1, 2], [2, 1]]))
    #expect(indefinite == nil)
  }
}
