import Foundation
import TestSupport
import Testing
import ThalwegLinearAlgebra
import ThalwegSpectra

@Suite("Lanczos")
struct LanczosTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let eigenvalues: [Double]
    /// Largest error of an eigenvalue over the largest magnitude. Where dozens of eigenvalues lie within the
    /// root of the tolerance at an end, a restarted basis tells that end only to the root of the tolerance.
    var restartedAccuracy = 2 * LanczosTests.tolerance
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "normal bulk and ten outliers",
      eigenvalues: normals(290, seed: 1).map { 0.05 * $0 } + stride(from: 0.5, through: 3, by: 2.5 / 9)),
    Case(
      name: "clusters of width 1e−5",
      eigenvalues: (0..<200).map { Double($0 / 10) + 1e-5 * Double($0 % 10) }),
    Case(name: "every eigenvalue four times", eigenvalues: (0..<200).map { Double($0 / 4) }),
    Case(name: "half of them zero", eigenvalues: (0..<200).map { max(0, Double($0) - 99) }),
    Case(name: "five distinct ones", eigenvalues: (0..<60).map { Double($0 % 5) - 1 }),
    Case(
      name: "condition 1e12", eigenvalues: (0..<100).map { pow(10, -12 + 12 * Double($0) / 99) },
      restartedAccuracy: tolerance.squareRoot()),
  ]

  /// The tolerance that the searches below ask for: residuals of 1e−9 ‖A‖ leave eigenvalue errors of at most
  /// that.
  static let tolerance = 1e-9

  func settings(_ largest: Int, _ smallest: Int) -> Lanczos {
    var lanczos = Lanczos(largestCount: largest, smallestCount: smallest)
    lanczos.tolerance = Self.tolerance
    lanczos.maximumProducts = 5000
    return lanczos
  }

  func expected(_ eigenvalues: [Double], _ largest: Int, _ smallest: Int) -> [Double] {
    let sorted = eigenvalues.sorted(by: >)
    return sorted.prefix(largest) + sorted.suffix(smallest)
  }

  func expectFinds(
    _ result: LanczosResult, _ eigenvalues: [Double], _ largest: Int, _ smallest: Int,
    within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let exact = expected(eigenvalues, largest, smallest)
    let size = eigenvalues.reduce(0) { max($0, abs($1)) }
    #expect(result.values.count == exact.count, sourceLocation: sourceLocation)
    for (value, exact) in zip(result.values, exact) {
      expectClose(value, exact, relative: 0, absolute: tolerance * size, sourceLocation: sourceLocation)
    }
  }

  @Test(
    "both ends of a spectrum agree with the dense one, copies included", arguments: cases,
    [(4, 3), (10, 0), (0, 6)])
  func agreesWithDense(c: Case, counts: (Int, Int)) throws {
    let a = try randomOperator(eigenvalues: c.eigenvalues, seed: 7)
    let result = try settings(counts.0, counts.1).run(on: a)
    expectFinds(result, c.eigenvalues, counts.0, counts.1, within: 2 * Self.tolerance)
    #expect(result.areConverged.allSatisfy { $0 })
    #expect(result.largest.count == counts.0 && result.smallest.count == counts.1)
    let gram = result.vectors.transposedTimes(result.vectors)
    expectClose(gram.elements, Matrix.identity(counts.0 + counts.1).elements, tolerance: 1e-12)
  }

  @Test("true residuals are those of the returned pairs")
  func residualsAreTrue() throws {
    let c = Self.cases[0]
    let matrix = try randomMatrix(eigenvalues: c.eigenvalues, seed: 7)
    let result = try settings(3, 2).run(on: DenseOperator(matrix))
    for i in result.values.indices {
      let v = result.vectors.column(i)
      var rest = matrix.times(v)
      VectorKernel.add(-result.values[i], times: v, to: &rest)
      // Two roundings of the same product.
      expectClose(VectorKernel.norm(rest), result.residuals[i], relative: 0, absolute: 1e-13)
    }
    #expect(result.asymmetry < 1e-13)
    #expect(result.productCount == result.stepCount + 5 + 2)
  }

  @Test(
    "no ghosts: after many more steps than plain Lanczos needs to repeat it, a lone eigenvalue comes once")
  func noGhosts() throws {
    // Strakoš's matrix, made for this: plain Lanczos without reorthogonalisation repeats its upper
    // eigenvalues.
    let n = 100
    let eigenvalues = (0..<n).map { i in
      0.1 + Double(i) / Double(n - 1) * (100 - 0.1) * pow(0.8, Double(n - 1 - i))
    }
    let a = DenseOperator(diagonal: eigenvalues)
    #expect(plainLanczosCopies(of: eigenvalues, steps: 100) > 1)
    let draw = try QuadratureDraw(
      of: a, start: [Double](repeating: 1, count: n), stepCount: n, breakdown: 0)
    #expect(draw.nodes.filter { abs($0 - 100) < 1e-6 }.count == 1)
    expectFinds(try settings(8, 8).run(on: a), eigenvalues, 8, 8, within: 2 * Self.tolerance)
  }

  /// How often Lanczos without reorthogonalisation reports the largest eigenvalue of a diagonal matrix.
  private func plainLanczosCopies(of diagonal: [Double], steps: Int) -> Int {
    let n = diagonal.count
    var previous = [Double](repeating: 0, count: n)
    var v = [Double](repeating: 1 / Double(n).squareRoot(), count: n)
    var (alphas, betas) = ([Double](), [Double]())
    for _ in 0..<steps {
      var w = zip(diagonal, v).map { $0 * $1 }
      let alpha = VectorKernel.dot(v, w)
      VectorKernel.add(-alpha, times: v, to: &w)
      VectorKernel.add(-(betas.last ?? 0), times: previous, to: &w)
      let beta = VectorKernel.norm(w)
      alphas.append(alpha)
      betas.append(beta)
      (previous, v) = (v, w.map { $0 / beta })
    }
    let nodes = try? TridiagonalEigendecomposition.values(diagonal: alphas, offDiagonal: betas.dropLast())
    return nodes?.filter { abs($0 - (diagonal.max() ?? 0)) < 1e-6 }.count ?? 0
  }

  @Test("a basis that must restart finds what an unbounded one finds", arguments: cases)
  func thickRestart(c: Case) throws {
    let a = try randomOperator(eigenvalues: c.eigenvalues, seed: 8)
    var bounded = settings(4, 2)
    let free = try bounded.requiredBytes(dimension: a.dimension)
    let fixed = (2 + 5 * 6) * a.dimension * 8
    bounded.memoryLimitBytes = fixed + 30 * a.dimension * 8
    #expect(try bounded.basisCapacity(dimension: a.dimension) == 30)
    #expect(try bounded.requiredBytes(dimension: a.dimension) < free)
    var largestBasis = 0
    let result = try bounded.run(on: a) { largestBasis = max(largestBasis, $0.basisByteCount) }
    #expect(largestBasis <= 30 * a.dimension * 8)
    #expect(result.stepCount > 30 || c.name == "five distinct ones")
    expectFinds(result, c.eigenvalues, 4, 2, within: c.restartedAccuracy)
    expectFinds(try settings(4, 2).run(on: a), c.eigenvalues, 4, 2, within: 2 * Self.tolerance)
  }

  @Test("the smallest basis that is allowed still converges")
  func smallestBasis() throws {
    let c = Self.cases[0]
    let a = try randomOperator(eigenvalues: c.eigenvalues, seed: 8)
    var lanczos = settings(1, 1)
    lanczos.memoryLimitBytes = 0
    let error = thrown(SpectrumError.self) { try lanczos.run(on: a) }
    guard case .memoryBoundTooSmall(0, let needed)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    lanczos.memoryLimitBytes = needed
    #expect(try lanczos.basisCapacity(dimension: a.dimension) == 12)
    expectFinds(try lanczos.run(on: a), c.eigenvalues, 1, 1, within: 2 * Self.tolerance)
  }

  @Test("a basis in single precision gives values of second-order accuracy and honest residuals")
  func singlePrecision() throws {
    let c = Self.cases[0]
    let a = try randomOperator(eigenvalues: c.eigenvalues, seed: 9)
    var lanczos = settings(5, 0)
    lanczos.precision = .single
    lanczos.tolerance = 1e-6
    let result = try lanczos.run(on: a)
    // Vectors err by about ε = 6e−8 over the relative gaps (≥ 0.09 here); values by the square of that.
    expectFinds(result, c.eigenvalues, 5, 0, within: 1e-11)
    #expect(result.residuals.allSatisfy { $0 < 3e-6 })
    #expect(result.residuals.contains { $0 > 1e-9 })
    #expect(try lanczos.requiredBytes(dimension: 290) < settings(5, 0).requiredBytes(dimension: 290))
  }

  @Test(
    "a search stored after a step and resumed ends with the same bits", arguments: [3, 40, 77],
    BasisPrecision.allTested
  )
  func resumes(step: Int, precision: BasisPrecision) throws {
    struct Stop: Error {}
    let a = try randomOperator(eigenvalues: Self.cases[0].eigenvalues, seed: 10)
    var lanczos = Lanczos(largestCount: 3, smallestCount: 2)
    lanczos.memoryLimitBytes = (2 + 25) * 300 * 8 + 30 * 300 * precision.byteCount
    lanczos.precision = precision
    lanczos.tolerance = Self.tolerance
    let whole = try lanczos.run(on: a)
    #expect(whole.stepCount > 77)
    var stored = Data()
    #expect(throws: Stop.self) {
      _ = try lanczos.run(on: a) { state in
        guard state.step == step else { return }
        stored = try JSONEncoder().encode(state)
        throw Stop()
      }
    }
    var state = try JSONDecoder().decode(LanczosState.self, from: stored)
    #expect(state.step == step)
    let resumed = try state.finish(on: a)
    #expect(resumed.values == whole.values && resumed.vectors == whole.vectors)
    #expect(resumed.residuals == whole.residuals && resumed.productCount == whole.productCount)
  }

  @Test("a stored basis whose bytes do not fit its sizes is refused")
  func refusesTruncatedState() throws {
    let state = try LanczosState(Lanczos(largestCount: 1), dimension: 4)
    let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    let broken = text.replacingOccurrences(of: "\"count\":1", with: "\"count\":2")
    #expect(broken != text)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(LanczosState.self, from: Data(broken.utf8))
    }
  }

  @Test("a stored state whose parts do not fit each other is refused")
  func refusesInconsistentState() throws {
    let state = try LanczosState(Lanczos(largestCount: 1), dimension: 4)
    let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    let broken = text.replacingOccurrences(of: "\"alphas\":[]", with: "\"alphas\":[1,2]")
    #expect(broken != text)
    var decoded = try JSONDecoder().decode(LanczosState.self, from: Data(broken.utf8))
    let error = thrown(SpectrumError.self) { try decoded.finish(on: DenseOperator(diagonal: [1, 2, 3, 4])) }
    #expect(error == .inconsistentState)
  }

  @Test("enormous and tiny operators have their eigenvalues", arguments: [1e200, 1e-200])
  func extremeScales(scale: Double) throws {
    let result = try settings(2, 1).run(on: DenseOperator(diagonal: [1, -2, 3, 4, 5].map { $0 * scale }))
    expectClose(result.values.map { $0 / scale }, [5, 4, -2], tolerance: 1e-13)
  }

  @Test("a cancelled task ends the search")
  func cancellation() async {
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      _ = try Lanczos(largestCount: 1).run(on: DenseOperator(diagonal: [1, 2, 3]))
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("an identity has as many equal eigenvalues as are asked for")
  func identity() throws {
    let a = DenseOperator(diagonal: [Double](repeating: 1, count: 50))
    let result = try settings(5, 2).run(on: a)
    #expect(
      result.values == [Double](repeating: 1, count: 7) || result.values.allSatisfy { abs($0 - 1) < 1e-14 })
    #expect(result.stepCount == 8)
  }

  @Test("a zero operator has zero eigenvalues and zero residuals")
  func zeroOperator() throws {
    let result = try settings(3, 1).run(on: DenseOperator(diagonal: [Double](repeating: 0, count: 20)))
    #expect(result.values == [0, 0, 0, 0] && result.residuals == [0, 0, 0, 0])
    #expect(result.asymmetry == 0 && result.areConverged.allSatisfy { $0 })
  }

  @Test("dimension 1, and more eigenvalues than there are, give the whole spectrum", arguments: [1, 2, 6])
  func smallDimensions(n: Int) throws {
    let eigenvalues = (0..<n).map { Double($0) - 1.5 }
    let result = try settings(5, 5).run(on: try randomOperator(eigenvalues: eigenvalues, seed: 2))
    expectClose(result.values, eigenvalues.reversed(), tolerance: 1e-13)
    #expect(result.stopReason == .wholeSpace)
    #expect(result.largest.count == min(5, n))
  }

  @Test("with no confirmation a repeated eigenvalue can be missed; with it, it is not")
  func confirmation() throws {
    let eigenvalues = [3.0, 3, 2] + normals(297, seed: 4).map { 0.01 * $0 }
    let a = try randomOperator(eigenvalues: eigenvalues, seed: 3)
    var trusting = Lanczos(largestCount: 2)
    trusting.confirmationCount = 0
    expectClose(try trusting.run(on: a).values, [3, 2], tolerance: 1e-6)
    let confirmed = try Lanczos(largestCount: 2).run(on: a)
    expectClose(confirmed.values, [3, 3], tolerance: 1e-6)
    #expect(confirmed.freshStartCount == 2)
  }

  @Test("a start in an invariant subspace does not hide the rest of the spectrum")
  func startInInvariantSubspace() throws {
    let a = DenseOperator(diagonal: [1, 2, 3, 4, 10, 7, 8])
    let result = try settings(2, 1).run(on: a, start: [1, 0, 0, 0, 0, 0, 0])
    expectClose(result.values, [10, 8, 1], tolerance: 1e-9)
  }

  @Test("a start near the wanted vector saves products")
  func warmStart() throws {
    let a = try randomOperator(eigenvalues: Self.cases[0].eigenvalues, seed: 5)
    var lanczos = Lanczos(largestCount: 1)
    lanczos.confirmationCount = 0
    let cold = try lanczos.run(on: a)
    let start = cold.vectors.column(0).enumerated().map { $1 + 1e-4 * Double($0 % 3) }
    #expect(try lanczos.run(on: a, start: start).stepCount < cold.stepCount)
  }

  @Test("starts that cannot be used are refused")
  func unusableStarts() {
    let a = DenseOperator(diagonal: [1, 2])
    let lanczos = Lanczos(largestCount: 1)
    #expect(thrown(SpectrumError.self) { try lanczos.run(on: a, start: [0, 0]) } == .unusableStart)
    #expect(thrown(SpectrumError.self) { try lanczos.run(on: a, start: [.nan, 0]) } == .unusableStart)
    let error = thrown(SpectrumError.self) { try lanczos.run(on: a, start: [1]) }
    #expect(error == .dimensionMismatch(expected: 2, found: 1))
  }

  @Test("a product with NaN ends the search with its place, also late in it", arguments: [0, 20])
  func nonFiniteProduct(after products: Int) throws {
    let base = try randomOperator(eigenvalues: Self.cases[0].eigenvalues, seed: 5)
    let a = FaultyOperator(base, failsAfter: products, at: 17)
    let error = thrown(OperatorError.self) { try settings(3, 3).run(on: a) }
    #expect(error == .nonFinite(firstIndex: 17, column: 0))
  }

  @Test("residuals unmask an operator that is not symmetric, which the estimates do not")
  func unsymmetric() throws {
    var matrix = try randomMatrix(eigenvalues: Self.cases[0].eigenvalues, seed: 6)
    let noise = normalMatrix(300, 300, seed: 7)
    for i in 0..<300 { for j in 0..<300 { matrix[i, j] += 1e-4 * noise[i, j] } }
    let result = try Lanczos(largestCount: 2).run(on: DenseOperator(matrix))
    #expect(result.asymmetry > 1e-5)
    #expect(zip(result.residuals, result.estimatedResiduals).allSatisfy { $0 > 10 * $1 })
    #expect(result.areConverged == [false, false])
  }

  @Test("the bound on products ends a search with the best pairs known, unconverged")
  func productLimit() throws {
    let a = try randomOperator(eigenvalues: Self.cases[0].eigenvalues, seed: 5)
    var lanczos = settings(2, 2)
    lanczos.maximumProducts = 12
    let result = try lanczos.run(on: a)
    #expect(result.stepCount == 12 && result.stopReason == .productLimit)
    #expect(result.values.count == 4 && result.areConverged.contains(false))
    expectClose(result.values[0], 3, relative: 1e-2)
  }

  @Test("the same seed gives the same bits, another seed others")
  func seeds() throws {
    let a = try randomOperator(eigenvalues: Self.cases[0].eigenvalues, seed: 5)
    var lanczos = Lanczos(largestCount: 2)
    let first = try lanczos.run(on: a)
    #expect(try lanczos.run(on: a).vectors == first.vectors)
    lanczos.seed = 1
    #expect(try lanczos.run(on: a).vectors != first.vectors)
  }
}

extension BasisPrecision {
  static let allTested: [BasisPrecision] = [.double, .single]
}
