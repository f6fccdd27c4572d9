import ThalwegCheckpoints
import ThalwegDatasets
import ThalwegDeformations
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegSurfaces
import ThalwegSurveys

/// A number that was measured, or why there is none.
public struct MeasuredValue: Sendable, Equatable, Codable {
  /// The number; `nil` where there is none.
  public let value: Double?
  /// What sampling within the measurement leaves, one standard error; `nil` where it samples nothing.
  public let standardError: Double?
  /// Why there is no number.
  public let reason: String?

  init(_ value: Double, standardError: Double? = nil) {
    let isFinite = value.isFinite
    self.value = isFinite ? value : nil
    self.standardError = isFinite ? standardError.flatMap { $0.isFinite ? $0 : nil } : nil
    reason = isFinite ? nil : "it is \(numberText(value))"
  }

  init(missing reason: String) {
    value = nil
    standardError = nil
    self.reason = reason
  }
}

/// Measures the undeformed training surface at the end of a training run.
struct CellProbe {
  private let network: Network
  private let state: ModelState
  private let examples: Dataset
  private let settings: TrainingSettings
  private let observer: any RunObserver

  /// Seed of all that is random. The same for all cells, so that they are measured alike.
  private static let seed: UInt64 = 1
  /// First-order values that products keep at most.
  private static let keptBytes = 1 << 30

  /// A probe at the result of `run`, a checkpoint's file, on some training examples.
  init(_ run: TrainingRun, checkpoint: String, examples: Dataset, observer: any RunObserver) throws {
    network = run.network
    state = try ModelState(Checkpoint.read(checkpoint), for: run.network, path: checkpoint)
    settings = run.settings
    self.examples = examples
    self.observer = observer
  }

  /// What a quantity comes to. A point at which it has no meaning is a result.
  ///
  /// - Throws: ``RunCancelled``, and errors that are not the point's.
  func measure(_ quantity: ComparisonQuantity) throws -> MeasuredValue {
    do {
      switch quantity.measure {
      case nil: return MeasuredValue(try surface(.running).makeEvaluator().evaluate(at: state).loss)
      case .eigenvalue: return try eigenvalue()
      case .trace(let count): return try trace(count)
      case .sharpness(let radius): return try sharpness(radius)
      case .perturbation(let radius, let count): return try perturbation(radius, count)
      case .norm: return MeasuredValue(state.parameters.norm())
      }
    } catch let error as any Error & CustomStringConvertible where Self.belongsToPoint(error) {
      return MeasuredValue(missing: error.description)
    }
  }

  /// Whether the point is to blame: something there is not finite.
  private static func belongsToPoint(_ error: any Error) -> Bool {
    error is CurvatureError || error is OperatorError || error is SpectrumError || error is DirectionError
  }

  private func surface(_ policy: NormalisationPolicy) throws -> NeuralSurface {
    try NeuralSurface(
      network: network, dataset: examples, normalisation: settings.normalisation, policy: policy,
      compute: ComputeOptions(threadCount: settings.threadCount, keptBytes: Self.keptBytes))
  }

  private func hessian(_ title: String, of count: Int) throws -> WatchedOperator {
    let matrix = WatchedOperator(
      try surface(.running).linearise(at: state).curvature(.hessian), blockSize: 1, observer: observer)
    matrix.report(title, of: count)
    return matrix
  }

  private func eigenvalue() throws -> MeasuredValue {
    let search = Lanczos.quickLargest
    let result = try search.run(on: hessian("largest eigenvalue", of: search.maximumProducts))
    return MeasuredValue(result.values[0])
  }

  private func trace(_ count: Int) throws -> MeasuredValue {
    var method = XTrace(productCount: count)
    method.seed = Self.seed
    let estimate = try method.trace(of: hessian("trace", of: count))
    return MeasuredValue(estimate.value, standardError: estimate.standardError)
  }

  private func sharpness(_ radius: Double) throws -> MeasuredValue {
    var measure = BNSharpness(radius: radius)
    measure.search = .gradientDirection
    return MeasuredValue(try measure.measure(surface(.batch(size: batchSize)), at: state).value)
  }

  /// Examples of a batch whose partition leaves no example alone, which would have no statistics.
  private var batchSize: Int {
    let least = min(128, examples.count)
    return (least...examples.count).first { examples.count % $0 != 1 } ?? examples.count
  }

  private func perturbation(_ radius: Double, _ count: Int) throws -> MeasuredValue {
    let evaluator = try surface(.running).makeEvaluator()
    let centre = try evaluator.evaluate(at: state).loss
    let family = RandomDirection(seed: Self.seed)
    let rises = try (0..<count).map { index in
      if observer.isCancelled { throw RunCancelled() }
      var moved = state
      moved.move(radius, along: try family.direction(index, at: state))
      return try evaluator.evaluate(at: moved).loss - centre
    }
    let mean = DrawMean(of: rises)
    return MeasuredValue(mean.value, standardError: mean.standardError)
  }
}
