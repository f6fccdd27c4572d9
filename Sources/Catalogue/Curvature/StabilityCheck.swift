public import ThalwegSpectra
import ThalwegStores

/// How the largest curvature compares with the largest at which a minimum holds an optimiser's steps.
public struct StabilityCheck: Sendable, Equatable, Codable {
  /// The learning rate.
  public let rate: Double
  /// The momentum.
  public let momentum: Double
  /// How steps are made.
  public let rule: UpdateRule
  /// The mean slope by which a function of the loss multiplied gradients in the epoch; `nil` without one.
  public let slope: Double?
  /// What weight decay adds to every eigenvalue. Where gradients are multiplied by a slope, decay is not, so it counts
  /// the less for the undeformed Hessian.
  public let weightDecay: Double
  /// Where the numbers come from.
  public let origin: String

  /// The largest curvature, of undeformed loss and weight decay, at which steps don't move away from a minimum.
  public var limit: Double { maximumCurvature(rate: rate, momentum: momentum, rule: rule) / (slope ?? 1) }

  /// The comparison for a checkpoint; `nil` where neither the settings nor the checkpoint's run know a rate above 0.
  init?(_ settings: StepSettings, checkpoint: String) throws {
    let place = try CheckpointOrigin(checkpoint).place
    let entry = try place.flatMap { place in
      try place.run.history().entries().last { $0.epoch == place.epoch }
    }
    let training = place.flatMap { try? TrainingSettings(of: $0.run) }
    let step = place.flatMap { training?.stepRule(ofEpoch: $0.epoch) }
    // A run whose optimiser scales its steps itself has no such limit, unless one is asked for.
    if training != nil, step == nil, settings.rate == nil, settings.momentum == nil { return nil }
    let momentum = settings.momentum ?? step?.momentum ?? 0
    let isNesterov = settings.isNesterov ?? (settings.momentum == nil && step?.rule == .nesterov)
    if let rate = settings.rate {
      self.rate = rate
      origin = "as given"
    } else {
      guard let place, let rate = entry?.values["rate"], rate > 0 else { return nil }
      self.rate = rate
      origin = "that of the beginning of epoch \(place.epoch)"
    }
    self.momentum = momentum
    let ownRule = settings.momentum == nil ? step?.rule : nil
    rule = momentum == 0 ? .plain : isNesterov ? .nesterov : ownRule == .damped ? .damped : .heavyBall
    slope = entry?.values["slope"]
    weightDecay = (step?.weightDecay ?? 0) / (slope ?? 1)
  }

  /// The comparison in words.
  func text(largest: Double) -> String {
    let share = (largest + weightDecay) / limit
    let decay = weightDecay > 0 ? "λ₁ + decay \(significant(weightDecay, 3))" : "λ₁"
    let momentumText =
      switch rule {
      case .plain: ""
      case .nesterov: ", Nesterov momentum \(significant(momentum, 4))"
      default: ", momentum \(significant(momentum, 4))"
      }
    let slopeText = slope.map { ", slope of the loss \(significant($0, 4))" } ?? ""
    return "limit \(significant(limit, 5)) at rate \(significant(rate, 4)) (\(origin))\(momentumText)\(slopeText); "
      + "\(decay) is \(significant(share, 3)) of it: \(share < 1 ? "stable" : "unstable")"
  }

  /// All of it as JSON.
  func json(largest: Double) throws(StoreError) -> JSONValue {
    [
      "rate": .number(rate), "momentum": .number(momentum), "rule": .string(rule.rawValue),
      "weightDecay": .number(weightDecay), "origin": .string(origin), "limit": .number(limit),
      "share": .number((largest + weightDecay) / limit),
    ]
  }
}
