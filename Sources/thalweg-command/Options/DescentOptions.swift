import ArgumentParser
import ThalwegCalls
import ThalwegCatalogue
import ThalwegDeformations
import ThalwegTraining

/// The options that say how a surface is descended, common to training and simulation.
struct DescentOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "A constant learning rate, in place of --schedule.")
  var rate: Double?

  @Option(help: "The learning rate of each step, such as 'cosine(0.1)'.")
  var schedule: String?

  @Option(help: "Such as 'adam(decay: 1e-4)', 'rk2(sgd())', 'clip(sgd(), norm: 1)'.")
  var optimiser: String?

  @Option(parsing: .unconditional, help: "Momentum of sgd: at least 0 and below 1.")
  var momentum: Double?

  @Flag(inversion: .prefixedNo, help: "Nesterov's momentum.")
  var nesterov: Bool?

  @Option(parsing: .unconditional, help: "Weight decay of sgd.")
  var weightDecay: Double?

  @Option(
    help:
      "Deforms the loss that is descended: 'LE(1, 0.9)', 'sam(rho: 0.05)', 'AP(10,1,1,1) | sam()'. Repeated: one after the other."
  )
  var deform: [String] = []

  /// Refuses options that contradict each other.
  func check() throws {
    if rate != nil && schedule != nil {
      throw UsageError("--rate and --schedule contradict each other: a schedule says the rate itself")
    }
    if nesterov == true && momentum == 0 {
      throw UsageError("--nesterov and --momentum 0 contradict each other: nothing to look ahead with")
    }
    if optimiser != nil, let option = shortOption {
      throw UsageError("--optimiser and --\(option) contradict each other: write 'sgd(momentum: …, decay: …)'")
    }
  }

  /// The schedule that is asked for; `nil` for the one there is.
  func chosenSchedule() throws -> (any Schedule)? {
    if let rate {
      guard rate >= 0, rate.isFinite else { throw UsageError("--rate: found \(rate), expected a number ≥ 0") }
      return ConstantSchedule(rate)
    }
    return try schedule.map(OptionText.schedule)
  }

  /// The optimiser that is asked for; with the short options, `base` changed by them.
  func chosenOptimiser(from base: any NamedOptimiser) throws -> any NamedOptimiser {
    if let optimiser { return try OptionText.optimiser(optimiser) }
    guard let option = shortOption else { return base }
    guard let base = base as? StochasticGradientDescent else {
      throw UsageError("--\(option) and the run's own \(base) contradict each other: it is an option of sgd")
    }
    let momentum = momentum ?? base.momentum
    guard (0..<1).contains(momentum) else {
      throw UsageError("--momentum: found \(momentum), expected at least 0 and below 1")
    }
    let decay = weightDecay ?? base.weightDecay
    guard decay >= 0, decay.isFinite else {
      throw UsageError("--weight-decay: found \(decay), expected a number ≥ 0")
    }
    let isNesterov = nesterov ?? (base.isNesterov && momentum > 0)
    guard !isNesterov || (momentum > 0 && base.dampening == 0) else {
      throw UsageError("--nesterov: found momentum \(momentum), expected a positive momentum without dampening")
    }
    return StochasticGradientDescent(
      momentum: momentum, isNesterov: isNesterov, dampening: base.dampening, weightDecay: decay,
      rolesWithoutDecay: base.rolesWithoutDecay)
  }

  /// The minimiser that is asked for in the place of an optimiser; `nil` where that is another one or none.
  func chosenMinimiser() throws -> (any NamedMinimiser)? {
    let registry = MinimiserRegistry.standard
    guard let optimiser,
      registry.keywords.contains(where: { optimiser.drop(while: \.isWhitespace).hasPrefix($0 + "(") })
    else { return nil }
    guard rate == nil && schedule == nil else {
      throw UsageError(
        "--optimiser and --\(rate == nil ? "schedule" : "rate") contradict each other: \(optimiser) has no rate")
    }
    do { return try registry.parse(optimiser) } catch { throw UsageError("--optimiser: \(error)") }
  }

  /// The deformation that is asked for; `nil` for the one there is.
  func chosenDeformation() throws -> DeformationSequence? {
    deform.isEmpty ? nil : try OptionText.deformation(deform.joined(separator: " | "))
  }

  /// The first option that is short for a part of `sgd(…)`.
  private var shortOption: String? {
    if momentum != nil { return "momentum" }
    if nesterov != nil { return "nesterov" }
    return weightDecay != nil ? "weight-decay" : nil
  }
}

extension OptionText {
  /// An optimiser such as `adam(decay: 1e-4)`.
  static func optimiser(_ text: String) throws -> any NamedOptimiser {
    do { return try OptimiserRegistry.standard.parse(text) } catch { throw UsageError("--optimiser: \(error)") }
  }

  /// A later optimiser such as `5 adam()`.
  static func laterOptimiser(_ text: String) throws -> LaterOptimiser {
    do { return try LaterOptimiser(text) } catch let error as CallError { throw UsageError("--then: \(error)") }
  }

  /// Deformations such as `LE(1, 0.9) | sam()`.
  static func deformation(_ text: String) throws -> DeformationSequence {
    do { return try DeformationRegistry.standard.sequence(text) } catch { throw UsageError("--deform: \(error)") }
  }
}
