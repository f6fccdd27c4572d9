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
  /// What weight decay adds to every eigenvalue.
  public let weightDecay: Double
  /// Where the numbers come from.
  public let origin: String

  /// The largest curvature, of loss and weight decay, at which steps don't move away from a minimum.
  public var limit: Double { maximumCurvature(rate: rate, momentum: momentum, rule: rule) }

  /// The comparison for a checkpoint; `nil` where neither the settings nor the checkpoint's run know a rate above 0.
  init?(_ settings: StepSettings, checkpoint: String) throws {
    let place = try CheckpointOrigin(checkpoint).place
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
      guard let place, let entry = try place.run.history().entries().last(where: { $0.epoch == place.epoch }),
        let rate = entry.values["rate"], rate > 0
      else { return nil }
      self.rate = rate
      origin = "that of the beginning of epoch \(place.epoch)"
    }
    self.momentum = momentum
    let ownRule = settings.momentum == nil ? step?.rule : nil
    rule = momentum == 0 ? .plain : isNesterov ? .nesterov : ownRule == .damped ? .damped : .heavyBall
    weightDecay = step?.weightDecay ?? 0
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
    return "limit \(significant(limit, 5)) at rate \(significant(rate, 4)) (\(origin))\(momentumText); "
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
