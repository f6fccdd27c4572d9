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
  /// Residual at which an eigenvalue is good enough, relative to the largest one in magnitude.
  public var tolerance = 1e-2
  /// Products at most for a point.
  public var maximumProducts = 100

  /// A map on the first `exampleLimit` examples.
  public init(exampleLimit: Int? = nil) { self.exampleLimit = exampleLimit }

  /// Name of the largest eigenvalue among a stored point's further numbers.
  static let largest = "largestEigenvalue"
  /// Name of the smallest one.
  static let smallest = "smallestEigenvalue"
  /// Name of the larger residual of the two.
  static let residual = "eigenvalueResidual"

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
      CurvatureMap.residual: result.residuals.max() ?? 0,
    ]
  }
}
