import Foundation
import Testing
import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegSurfaces

/// The curvature of a trained ResNet-20 on 256 images against the numbers of independent software.
@Suite(
  "The curvature of a trained network", .serialized,
  .enabled(if: SharedFolder.isPresent, "needs the folder `shared` beside the repository"))
struct GoldenCurvatureTests {
  /// What single precision can be asked for in scalars.
  static let relative = 3e-5
  private let numbers: GoldenNumbers
  private let model: GoldenModel

  init() throws {
    numbers = try GoldenNumbers.read()
    model = try GoldenModel()
  }

  private func hessian(_ policy: NormalisationPolicy, keptBytes: Int) throws -> any SymmetricOperator {
    let surface = try NeuralSurface(
      network: model.network, dataset: GoldenModel.images(.train).prefix(256), normalisation: .imagenet,
      policy: policy, compute: ComputeOptions(threadCount: 2, keptBytes: keptBytes, directionsAtOnce: 4))
    return try surface.linearise(at: model.state).curvature(.hessian)
  }

  @Test(
    "Hessian products are the reference's, whether first-order values are kept, kept for windows or not at all",
    arguments: [NormalisationPolicy.running, .batch(size: 256)], [0, 256 << 20, 8 << 30])
  func products(_ policy: NormalisationPolicy, keptBytes: Int) throws {
    let expected = policy == .running ? numbers.eval_batchnorm : numbers.train_batchnorm
    let hessian = try hessian(policy, keptBytes: keptBytes)
    let (d, e) = (model.direction { sin($0) }, model.direction { cos($0) })
    let product = try hessian.product(with: d)
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    expectClose(dot(product, d), expected.d_H_d, "dᵀ H d")
    expectClose(dot(product, e), expected.e_H_d, "eᵀ H d")
    let norm = dot(product, product).squareRoot()
    expectClose(norm, expected.norm_Hd, "norm of H d")
    let rms = expected.norm_Hd / Double(product.count).squareRoot()
    for (found, wanted) in zip(product.prefix(5) + product.suffix(5), expected.Hd_first5 + expected.Hd_last5) {
      #expect(abs(found - wanted) <= 1e-3 * rms + 1e-4 * abs(wanted))
    }
  }

  @Test("the ten largest and five smallest eigenvalues are the reference's")
  func eigenvalues() throws {
    var lanczos = Lanczos(largestCount: 10, smallestCount: 5)
    lanczos.tolerance = 2e-5
    lanczos.confirmationCount = 0
    lanczos.maximumProducts = 200
    let result = try lanczos.run(on: hessian(.running, keptBytes: 8 << 30), start: model.direction { sin($0) })
    let expected = numbers.hessian_extreme_eigenvalues_eval_batchnorm
    let allowed = 2e-5 * expected.largest[0]
    for (found, wanted) in zip(result.largest, expected.largest) { #expect(abs(found - wanted) <= allowed) }
    for (found, wanted) in zip(result.smallest.sorted(), expected.smallest) { #expect(abs(found - wanted) <= allowed) }
    // Single-precision products are off by about 1e-6 of the largest eigenvalue.
    #expect(result.asymmetry < 1e-4)
    for residual in result.residuals { #expect(residual <= 2 * allowed) }
  }

  @Test("the trace is the reference's within both standard errors")
  func trace() throws {
    let estimate = try HutchinsonTrace(productCount: 12).trace(of: hessian(.running, keptBytes: 8 << 30))
    let expected = numbers.hessian_trace_eval_batchnorm
    let error = try #require(estimate.standardError)
    let combined = (error * error + expected.standard_error * expected.standard_error).squareRoot()
    // Beyond 4 standard errors once in 16,000.
    #expect(abs(estimate.value - expected.mean) <= 4 * combined)
  }

  private func expectClose(
    _ found: Double, _ expected: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = abs(found - expected) / abs(expected)
    if !(error <= Self.relative) {  // Written so that NaN fails.
      Issue.record("\(what): \(found) is not \(expected), relative error \(error)", sourceLocation: sourceLocation)
    }
  }
}
