import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegSpectra

@Suite("Operators")
struct OperatorTests {
  let a = Matrix(rows: [[2, 1, 0], [1, 3, -1], [0, -1, 4]])
  let x = Matrix(columns: [[1, 2, 3], [-1, 0, 1]])

  @Test("dense and diagonal operators multiply vectors and blocks of them")
  func dense() throws {
    #expect(try DenseOperator(a).products(with: x) == a.times(x))
    #expect(try DenseOperator(a).product(with: [1, 2, 3]) == [4, 4, 10])
    #expect(try DenseOperator(diagonal: [1, 2, 3]).products(with: x).elements == [1, 4, 9, -1, 0, 3])
  }

  @Test("sums, multiples and shifts act as their formulas say")
  func combinations() throws {
    let (dense, diagonal) = (DenseOperator(a), DenseOperator(diagonal: [1, 2, 3]))
    let sum = SumOfOperators([(2, dense), (-1, diagonal)])
    #expect(try sum.products(with: x).elements == [7, 4, 11, -3, -4, 5])
    #expect(try ScaledOperator(dense, by: -2).product(with: [1, 2, 3]) == [-8, -8, -20])
    #expect(try ShiftedOperator(dense, factor: 2, shift: 1).product(with: [1, 2, 3]) == [9, 10, 23])
  }

  @Test("a restriction is the principal block of its indices, in their order")
  func restriction() throws {
    let block = RestrictedOperator(DenseOperator(a), to: [2..<3, 0..<1])
    #expect(block.dimension == 2)
    let matrix = try denseMatrix(of: block, plan: DensePlan(dimension: 2))
    #expect(matrix == Matrix(rows: [[4, 0], [0, 2]]))
    #expect(try block.products(with: Matrix(columns: [[1, 1], [2, 0]])).elements == [4, 2, 8, 0])
    #expect(try block.product(with: [0, 1]) == [0, 2])
  }

  @Test("products and their seconds are counted, block by block")
  func counting() throws {
    let counting = CountingOperator(DenseOperator(a))
    _ = try counting.products(with: x)
    _ = try counting.product(with: [1, 0, 0])
    #expect(counting.productCount == 3)
    #expect(counting.secondsInProducts > 0)
  }

  @Test("a product that is not finite is an error that names its first entry")
  func nonFinite() {
    let bad = DenseOperator(diagonal: [1, .infinity, .nan])
    #expect(
      thrown(OperatorError.self) { try bad.product(with: [1, 1, 1]) } == .nonFinite(firstIndex: 1, column: 0))
    let block = Matrix(columns: [[1, 0, 0], [0, 1, 0]])
    let late = FaultyOperator(DenseOperator(diagonal: [1, 1, 1]), failsAfter: 0, at: 2)
    #expect(
      thrown(OperatorError.self) { try late.products(with: block) } == .nonFinite(firstIndex: 2, column: 0))
  }

  @Test("enormous products, the sum of whose squares overflows, are no errors")
  func enormous() throws {
    #expect(try DenseOperator(diagonal: [1e300, 1]).product(with: [1, 1]) == [1e300, 1])
  }

  @Test("asymmetry is zero for a symmetric matrix and of order one for a skew one")
  func asymmetry() throws {
    let symmetric = try measureAsymmetry(of: DenseOperator(a), seed: 1)
    #expect(symmetric < 1e-15)
    let skew = try measureAsymmetry(of: DenseOperator(Matrix(rows: [[0, 1], [-1, 0]])), seed: 1)
    #expect(skew > 0.1)
    #expect(try measureAsymmetry(of: DenseOperator(diagonal: [0, 0]), seed: 1) == 0)
  }
}
