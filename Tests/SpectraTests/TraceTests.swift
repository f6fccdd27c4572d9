import Foundation
import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegSpectra

@Suite("Traces")
struct TraceTests {
  enum Method: CaseIterable, Sendable {
    case hutchinson, hutchPlusPlus, xTrace

    func trace(of a: some SymmetricOperator, products: Int, seed: UInt64) throws -> TraceEstimate {
      switch self {
      case .hutchinson:
        var method = HutchinsonTrace(productCount: products)
        method.seed = seed
        return try method.trace(of: a)
      case .hutchPlusPlus:
        var method = HutchPlusPlus(productCount: products)
        method.seed = seed
        return try method.trace(of: a)
      case .xTrace:
        var method = XTrace(productCount: products)
        method.seed = seed
        return try method.trace(of: a)
      }
    }
  }

  @Test("±1 probes are exact for diagonal operators: trace, norm and diagonal, with errors of zero")
  func diagonalIsExact() throws {
    let a = DenseOperator(diagonal: [3, -1, 0.5, -7])
    let method = HutchinsonTrace(productCount: 9)
    #expect(try method.trace(of: a) == TraceEstimate(value: -4.5, standardError: 0, products: 9))
    #expect(
      try method.squaredFrobeniusNorm(of: a) == TraceEstimate(value: 59.25, standardError: 0, products: 9))
    let diagonal = try method.diagonal(of: a)
    #expect(diagonal.values == [3, -1, 0.5, -7] && diagonal.standardErrors == [0, 0, 0, 0])
  }

  @Test("one product gives a value and no error")
  func oneProduct() throws {
    let a = try randomOperator(eigenvalues: [1, 2, 3], seed: 1)
    #expect(try HutchinsonTrace(productCount: 1).trace(of: a).standardError == nil)
    #expect(try HutchinsonTrace(productCount: 1).diagonal(of: a).standardErrors == nil)
  }

  @Test(
    "sketches are exact for operators of low rank", arguments: [1, 3, 6], [Method.hutchPlusPlus, .xTrace])
  func lowRank(rank: Int, method: Method) throws {
    let eigenvalues = (0..<rank).map { Double($0) - 1.5 } + [Double](repeating: 0, count: 80 - rank)
    let a = try randomOperator(eigenvalues: eigenvalues, seed: 2)
    let estimate = try method.trace(of: a, products: 24, seed: 3)
    let exact = eigenvalues.reduce(0, +)
    expectClose(estimate.value, exact, relative: 1e-11)
    #expect((estimate.standardError ?? 1) < 1e-11)
    #expect(estimate.products == 24)
  }

  @Test(
    "small dimensions, the zero operator and more products than dimensions are exact",
    arguments: Method.allCases)
  func smallDimensions(method: Method) throws {
    let zero = try method.trace(of: DenseOperator(diagonal: [0, 0, 0]), products: 12, seed: 1)
    #expect(zero.value == 0 && zero.standardError == 0)
    let one = try method.trace(of: DenseOperator(diagonal: [-2.5]), products: 12, seed: 1)
    expectClose(one.value, -2.5, relative: 1e-14)
    guard method != .hutchinson else { return }
    let small = try randomOperator(eigenvalues: [1, 2, 3, 4], seed: 3)
    expectClose(try method.trace(of: small, products: 20, seed: 1).value, 10, relative: 1e-12)
  }

  static let spectra: [(name: String, values: [Double])] = [
    ("decaying", (0..<60).map { 1 / Double(($0 + 1) * ($0 + 1)) }),
    ("indefinite", normals(60, seed: 8)),
  ]

  @Test(
    "estimates are unbiased and their standard errors cover the truth", arguments: Method.allCases, [0, 1])
  func unbiased(method: Method, spectrum: Int) throws {
    let eigenvalues = Self.spectra[spectrum].values
    let exact = eigenvalues.reduce(0, +)
    let a = try randomOperator(eigenvalues: eigenvalues, seed: 4)
    let count = 400
    var (values, covered) = ([Double](), 0)
    for seed in 0..<UInt64(count) {
      let estimate = try method.trace(of: a, products: 30, seed: seed)
      values.append(estimate.value)
      if abs(estimate.value - exact) <= 2 * (estimate.standardError ?? .nan) { covered += 1 }
    }
    let mean = DrawMean(of: values)
    // Four standard errors of 400 estimates: chance exceeds them once in 15,000 times.
    expectClose(mean.value, exact, relative: 0, absolute: 4 * (mean.standardError ?? .nan))
    // Two standard errors of 10 to 30 samples should cover in 93 to 95 of 100 cases; chance adds ± 1.3.
    // XTrace's estimates share their vectors, so that their spread tells somewhat too little.
    #expect(Double(covered) / Double(count) >= (method == .xTrace ? 0.8 : 0.88), "\(covered) of \(count)")
  }

  @Test("with the same products the sketches err less than Hutchinson where eigenvalues decay")
  func sketchesAreBetter() throws {
    let eigenvalues = Self.spectra[0].values
    let exact = eigenvalues.reduce(0, +)
    let a = try randomOperator(eigenvalues: eigenvalues, seed: 4)
    func error(_ method: Method) throws -> Double {
      let squares = try (0..<50).map { seed in
        pow(try method.trace(of: a, products: 30, seed: UInt64(seed)).value - exact, 2)
      }
      return (squares.reduce(0, +) / 50).squareRoot()
    }
    let (plain, sketch, exchange) = (try error(.hutchinson), try error(.hutchPlusPlus), try error(.xTrace))
    #expect(sketch < plain / 3 && exchange < sketch)
  }

  @Test("Hutchinson's sample variance is 2(‖A‖² − Σ Aᵢᵢ²) for signs and 2‖A‖² for normal entries")
  func variance() throws {
    let matrix = try randomMatrix(eigenvalues: normals(40, seed: 5), seed: 6)
    let a = DenseOperator(matrix)
    let norm = VectorKernel.dot(matrix.elements, matrix.elements)
    let diagonal = (0..<40).reduce(0) { $0 + matrix[$1, $1] * matrix[$1, $1] }
    for (probe, exact) in [(ProbeKind.rademacher, 2 * (norm - diagonal)), (.gaussian, 2 * norm)] {
      var method = HutchinsonTrace(productCount: 4000)
      method.probe = probe
      let estimate = try method.trace(of: a)
      // The relative error of a variance from 4000 samples is about √(2/4000) = 2 %, more for heavy tails.
      expectClose(pow(estimate.standardError ?? .nan, 2) * 4000, exact, relative: 0.12)
      expectClose(estimate.value, matrix.trace, relative: 0, absolute: 4 * (estimate.standardError ?? .nan))
      let square = try method.squaredFrobeniusNorm(of: a)
      expectClose(square.value, norm, relative: 0, absolute: 4 * (square.standardError ?? .nan))
    }
  }

  @Test("the diagonal's entries lie within their errors")
  func diagonal() throws {
    let matrix = try randomMatrix(eigenvalues: normals(100, seed: 5), seed: 6)
    let estimate = try HutchinsonTrace(productCount: 200).diagonal(of: DenseOperator(matrix))
    let errors = estimate.standardErrors ?? []
    let covered = (0..<100).filter { abs(estimate.values[$0] - matrix[$0, $0]) <= 2 * errors[$0] }.count
    #expect(covered >= 88 && covered <= 100)  // 95 expected, standard deviation 2.2.
  }

  @Test("budgets are spent to the product and the size of blocks changes nothing", arguments: Method.allCases)
  func budget(method: Method) throws {
    let counting = CountingOperator(try randomOperator(eigenvalues: normals(50, seed: 5), seed: 6))
    let estimate = try method.trace(of: counting, products: 30, seed: 1)
    #expect(counting.productCount == 30 && estimate.products == 30)
    #expect(try method.trace(of: counting, products: 30, seed: 1) == estimate)
    #expect(try method.trace(of: counting, products: 30, seed: 2) != estimate)
  }

  @Test("a product with NaN is an error, not a number", arguments: Method.allCases, [0, 14])
  func nonFinite(method: Method, after products: Int) {
    let a = FaultyOperator(DenseOperator(diagonal: normals(20, seed: 1)), failsAfter: products, at: 5)
    let error = thrown(OperatorError.self) { try method.trace(of: a, products: 30, seed: 1) }
    #expect(error == .nonFinite(firstIndex: 5, column: 0))
  }
}
