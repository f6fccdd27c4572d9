import Testing
import ThalwegDatasets
import ThalwegGraphs
import ThalwegLinearAlgebra
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegSurfaces

/// The matrices of a small dense network written out in `Double` by plain loops, against the engine's products.
@Suite("Curvature of small networks")
struct CurvatureTests {
  /// 385 parameters.
  private let problem: SmallProblem
  private let state: ModelState
  private let explicit: ExplicitCurvature

  /// Every number passes through sums of at most 64 + 5 + 10 products forward, as many back, and 45 examples, twice for
  /// the tangent: some 500 roundings of 2⁻²⁴, of which the square root would do if their signs were random.
  static let relative = 500 * 0x1p-24

  init() throws {
    problem = try SmallProblem("mlp:64-5-10,tanh")
    state = problem.network.initialState(seed: 3)
    explicit = try ExplicitCurvature(problem, at: state)
  }

  private func matrix(_ kind: CurvatureKind, keptBytes: Int = 1 << 30) throws -> Matrix {
    let surface = try problem.surface(.running, keptBytes: keptBytes)
    let matrix = try surface.linearise(at: state).curvature(kind)
    return try denseMatrix(of: matrix, plan: DensePlan(dimension: matrix.dimension))
  }

  private func expectEqual(_ found: Matrix, _ expected: Matrix, sourceLocation: SourceLocation = #_sourceLocation) {
    var (error, size) = (0.0, 0.0)
    for (x, y) in zip(found.elements, expected.elements) {
      error += (x - y) * (x - y)
      size += y * y
    }
    let ratio = (error / size).squareRoot()
    if !(ratio <= Self.relative) {  // Written so that NaN fails.
      Issue.record("relative error \(ratio) > \(Self.relative)", sourceLocation: sourceLocation)
    }
  }

  @Test("the Hessian is the explicit one, with values kept and computed again", arguments: [0, 1 << 30])
  func hessian(keptBytes: Int) throws {
    expectEqual(try matrix(.hessian, keptBytes: keptBytes), explicit.hessian)
  }

  @Test("the Gauss–Newton matrix is the explicit one", arguments: [0, 1 << 30])
  func gaussNewton(keptBytes: Int) throws {
    expectEqual(try matrix(.gaussNewton, keptBytes: keptBytes), explicit.gaussNewton)
  }

  @Test("the gradient covariance is the explicit one, centred or not", arguments: [false, true])
  func covariance(isCentred: Bool) throws {
    expectEqual(try matrix(.gradientCovariance(isCentred: isCentred)), explicit.covariance(isCentred: isCentred))
  }

  @Test("a sampled Fisher matrix is its enumeration's mean within what sampling leaves")
  func sampledFisher() throws {
    let samples = 64
    let surface = try problem.surface(.running)
    let fisher = try surface.linearise(at: state).curvature(.sampledFisher(seed: 5, sampleCount: samples))
    let other = try surface.linearise(at: state).curvature(.sampledFisher(seed: 6, sampleCount: samples))
    for seed in 0..<8 as Range<UInt64> {
      let v = explicit.direction(seed: seed)
      let (mean, variance) = explicit.fisherForm(along: v)
      let found = dot(v, try fisher.product(with: v))
      // Beyond 5 standard errors once in two million.
      #expect(abs(found - mean) <= 5 * (variance / Double(samples)).squareRoot() + Self.relative * mean)
      #expect(found != dot(v, try other.product(with: v)))
    }
  }

  @Test("enumerated over all labels the Fisher matrix is the Gauss–Newton matrix")
  func enumeration() {
    for seed in 0..<4 as Range<UInt64> {
      let v = explicit.direction(seed: seed)
      let exact = dot(v, explicit.gaussNewton.times(v))
      let found = explicit.fisherForm(along: v).mean
      #expect(abs(found - exact) <= 1e-12 * exact)
    }
  }

  @Test("Fisher and covariance are refused under batch statistics, in one line")
  func refusal() throws {
    let linear = try problem.surface(.batch(size: 15)).linearise(at: state)
    for kind in [CurvatureKind.sampledFisher(seed: 1, sampleCount: 1), .gradientCovariance(isCentred: false)] {
      #expect(throws: CurvatureError.self) { try linear.curvature(kind) }
    }
    _ = try linear.curvature(.gaussNewton)
  }

  @Test("under batch statistics the Hessian is the mean of those of the batches", arguments: [0, 1 << 30])
  func batches(keptBytes: Int) throws {
    let problem = try SmallProblem("resnet8:width=4", count: 40)
    let state = problem.network.initialState(seed: 3)
    let v = explicit.direction(seed: 1, count: state.parameters.count)
    let whole = try problem.surface(.batch(size: 16), keptBytes: keptBytes)
      .linearise(at: state).curvature(.hessian).product(with: v)
    var sum = [Double](repeating: 0, count: v.count)
    for range in [0..<16, 16..<32, 32..<40] {
      let part = try NeuralSurface(
        network: problem.network, dataset: problem.dataset.subset(Array(range)), normalisation: .mnist,
        policy: .batch(size: 16), compute: ComputeOptions(threadCount: 1, keptBytes: keptBytes))
      let product = try part.linearise(at: state).curvature(.hessian).product(with: v)
      for i in sum.indices { sum[i] += product[i] * Double(range.count) / 40 }
    }
    let error = zip(whole, sum).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // The same operations on the same examples, added in another order and scaled at another place.
    #expect(error.squareRoot() <= 1e-4 * dot(sum, sum).squareRoot())
  }

  @Test(
    "a block's products are those of its vectors one by one, however first-order values are had",
    arguments: [NormalisationPolicy.running, .batch(size: 64)])
  func blocks(_ policy: NormalisationPolicy) throws {
    let problem = try SmallProblem("resnet8:width=4", count: 150)
    let state = problem.network.initialState(seed: 3)
    let n = state.parameters.count
    let vectors = Matrix(
      rowCount: n, columnCount: 3, elements: (1...3).flatMap { explicit.direction(seed: UInt64($0), count: n) })
    let keptBytes = try problem.surface(policy).predictedBytes(.hessian)
    var reference: Matrix?
    for (bytes, directions, values) in [
      (keptBytes, 3, "kept"), (keptBytes - 1, 3, policy == .running ? "windows of 75" : "windows of 64"),
      (keptBytes - 1, 1, policy == .running ? "kept but for 1 value" : "kept for 128"),
      (keptBytes / 3, 1, policy == .running ? nil : "streamed"), (0, 1, "streamed"), (0, 3, "streamed"),
    ] {
      let surface = try problem.surface(policy, keptBytes: bytes, directionsAtOnce: directions)
      let found = try surface.firstOrderValues(.hessian)
      if let values {
        #expect(found.description == values)
      } else {
        guard case .thinned(let count) = found else {
          Issue.record("\(found) with a third of the memory")
          continue
        }
        #expect(count > 1)
      }
      let hessian = try surface.linearise(at: state).curvature(.hessian)
      let block = try hessian.products(with: vectors)
      for column in 0..<3 {
        #expect(try hessian.product(with: vectors.column(column)) == block.column(column))
      }
      let expected = reference ?? block
      reference = expected
      let error = zip(block.elements, expected.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      // The same operations on the same examples, grouped in another way.
      #expect(error.squareRoot() <= 1e-4 * dot(expected.elements, expected.elements).squareRoot(), "\(found)")
    }
  }

  @Test("products are symmetric to rounding, and threads change none of their bits", arguments: [0, 1 << 30])
  func symmetry(keptBytes: Int) throws {
    let problem = try SmallProblem("resnet8:width=4", count: 70)
    let state = problem.network.initialState(seed: 3)
    let v = explicit.direction(seed: 2, count: state.parameters.count)
    let products = try (1...3).map { threads in
      let hessian = try problem.surface(.running, threads: threads, keptBytes: keptBytes)
        .linearise(at: state).curvature(.hessian)
      #expect(try measureAsymmetry(of: hessian, seed: 1) < 1e-4)
      return try hessian.product(with: v)
    }
    #expect(products[0] == products[1] && products[1] == products[2])
  }

  @Test("a diverged point has no curvature")
  func diverged() throws {
    var state = state
    state.parameters.scale(by: .nan)
    let surface = try problem.surface(.running)
    #expect(throws: CurvatureError.self) { try surface.linearise(at: state) }
  }

  private func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
}
