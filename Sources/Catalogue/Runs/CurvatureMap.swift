import ThalwegDatasets
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegStores
import ThalwegSurfaces

/// The extreme eigenvalues of the Hessian at every point of a survey, beside its loss: where they have one sign the loss is
/// convex, in all directions and not only in those of the picture.
///
/// Filters and dense weights count, vectors (biases, normalisations) do not, as the directions of the picture leave those
/// alone.
///
/// Source: Li, Xu, Taylor, Studer & Goldstein (2018), Visualizing the loss landscape of neural nets, NeurIPS.
public struct CurvatureMap: Sendable, Equatable {
  /// Examples on which the Hessian is taken: the first of the survey's; `nil` for all.
  public var exampleLimit: Int?
  /// Residual at which an eigenvalue is good enough, relative to the largest one in magnitude. Curvatures below it are not
  /// told from none.
  public var tolerance = 1e-3
  /// Products at most for a point.
  public var maximumProducts = 100

  /// A map on the first `exampleLimit` examples.
  public init(exampleLimit: Int? = nil) { self.exampleLimit = exampleLimit }

  /// Name of the largest eigenvalue among a stored point's further numbers.
  static let largest = "largestEigenvalue"
  /// Name of the smallest one.
  static let smallest = "smallestEigenvalue"
  /// Name of the largest one's residual.
  static let largestResidual = "largestEigenvalueResidual"
  /// Name of the smallest one's residual.
  static let smallestResidual = "smallestEigenvalueResidual"

  /// |λmin / λmax|, and whether λmin is told from zero: where it is below its residual, the residual stands in for it, so
  /// that the ratio is an upper bound. `nil` where nothing was measured, or no eigenvalue is positive.
  static func ratio(_ measured: [String: Double]) -> (value: Double, isResolved: Bool)? {
    guard let largest = measured[Self.largest], let smallest = measured[Self.smallest],
      let residual = measured[Self.smallestResidual], largest > 0
    else { return nil }
    return (max(abs(smallest), residual) / largest, abs(smallest) > residual)
  }

  /// What determines the result.
  var options: JSONValue {
    .object([
      "tolerance": .number(tolerance), "maximumProducts": .integer(Int128(maximumProducts)),
      "examples": exampleLimit.map { .integer(Int128($0)) } ?? .null,
    ])
  }
}

/// The surface whose curvature a map shows, and how its extremes are found.
struct PointCurvature {
  private let map: CurvatureMap
  private let surface: NeuralSurface

  /// `nil` where no map is wanted.
  init?(_ map: CurvatureMap?, of subject: Subject) throws {
    guard let map else { return nil }
    self.map = map
    let data = map.exampleLimit.map { subject.dataset.prefix($0) } ?? subject.dataset
    surface = try subject.surface(of: data, keptBytes: subject.settings.keptBytes)
  }

  /// The extremes at `state` under their stored names; empty where the loss is not finite.
  func measure(at state: ModelState) throws -> [String: Double] {
    let linear: any Linearisation
    do {
      linear = try surface.linearise(at: state)
    } catch is CurvatureError {
      return [:]
    }
    let ranges = state.space.parameters.filter { $0.entry.shape.count > 1 }.map(\.range)
    let hessian = RestrictedOperator(try linear.curvature(.hessian), to: ranges)
    var lanczos = Lanczos(largestCount: 1, smallestCount: 1)
    lanczos.tolerance = map.tolerance
    lanczos.confirmationCount = 0
    lanczos.maximumProducts = map.maximumProducts
    lanczos.precision = .single
    let result = try lanczos.run(on: hessian)
    guard let largest = result.largest.first, let smallest = result.smallest.first else { return [:] }
    return [
      CurvatureMap.largest: largest, CurvatureMap.smallest: smallest,
      CurvatureMap.largestResidual: result.residuals[0],
      CurvatureMap.smallestResidual: result.residuals[result.residuals.count - 1],
    ]
  }
}
