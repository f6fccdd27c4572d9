import ThalwegDatasets
import ThalwegDeformations
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegSurfaces
import ThalwegTraining

/// Measures the training surface after an epoch: undeformed, under running statistics, without changes of images; and what
/// guides SGDS, on minibatches as training meets them.
final class EpochProbe {
  private let slopes: (any Evaluator)?
  private let curvature: NeuralSurface?
  /// SGDS, and the stream that it sees.
  private let guide: (method: SharpnessGuidedDescent, stream: any FieldStream)?
  private let seed: UInt64
  private var gradient = ModelVector([Float]())

  /// Draws of SGDS that are compared. Their steps are the first of the run, so that all epochs see the same.
  static let guideDrawCount = 4

  /// A probe for what `settings` ask for, of a run on the minibatches of `stream`.
  init(_ settings: TrainingSettings, network: Network, train: Dataset, stream: any FieldStream) throws {
    func surface(of data: Dataset) throws -> NeuralSurface {
      try NeuralSurface(
        network: network, dataset: data, normalisation: settings.normalisation, compute: settings.compute)
    }
    slopes = settings.logsGradient ? try surface(of: train).makeEvaluator() : nil
    curvature = try settings.curvatureExampleCount.map { try surface(of: train.prefix($0)) }
    let steps = settings.deformation.steps
    let place = steps.firstIndex { $0 is SharpnessGuidedDescent }
    if settings.logsGradient, let place, let method = steps[place] as? SharpnessGuidedDescent {
      guide = (method, try DeformationSequence(Array(steps[..<place])).apply(to: stream))
    } else {
      guide = nil
    }
    seed = settings.seed
  }

  /// The measurements by name, and how long they took.
  ///
  /// - Parameters:
  ///   - state: The network's state.
  ///   - walker: The walk's own state, which may have other coordinates.
  ///   - record: The epoch, for the rate and the slope of the deformation.
  ///   - rule: How steps are made; `nil` where no limit of the curvature is known.
  func measure(
    at state: ModelState, walker: ModelState, after record: EpochRecord, rule: StepRule?
  ) throws -> (values: [String: Double], durations: [String: Double]) {
    var values: [String: Double] = [:]
    var durations: [String: Double] = [:]
    if let slopes {
      durations["gradient"] = try timed { _ = try slopes.gradient(at: state, into: &gradient) }.seconds
      values["gradientNorm"] = gradient.norm()
    }
    if let curvature {
      let (result, seconds) = try timed { try largestEigenvalue(of: curvature, at: state) }
      durations["curvature"] = seconds
      values["largestEigenvalue"] = result.value
      values["eigenvalueResidual"] = result.residual
      values["stabilityLimit"] = rule?.largestCurvature(rate: record.lastRate, slope: record.slope)
    }
    if let guide {
      let (found, seconds) = try timed {
        try guide.method.signalToNoise(
          on: guide.stream, at: walker, drawCount: Self.guideDrawCount, seed: seed)
      }
      durations["guide"] = seconds
      values["guideSignal"] = found.signal
      values["guideNoise"] = found.noise
    }
    return (values, durations)
  }

  private func largestEigenvalue(
    of surface: NeuralSurface, at state: ModelState
  ) throws -> (value: Double, residual: Double) {
    let result = try Lanczos.quickLargest.run(on: surface.linearise(at: state).curvature(.hessian))
    return (result.values[0], result.residuals[0])
  }
}

extension Lanczos {
  /// A search for the largest eigenvalue alone, to three digits: one start is trusted.
  static var quickLargest: Lanczos {
    var lanczos = Lanczos(largestCount: 1)
    lanczos.tolerance = 1e-3
    lanczos.confirmationCount = 0
    lanczos.maximumProducts = 100
    lanczos.precision = .single
    return lanczos
  }
}
