import Foundation
import ThalwegCalls

/// How wide the peak of a ``GaussianSchedule`` or a ``LaplacianSchedule`` is.
public enum PeakWidth: Sendable, Hashable {
  /// As wide as gives this rate γ_min at the end, `t = 1`.
  case minimum(Double)
  /// The constant of the formula: σ² of the Gaussian, λ of the Laplacian.
  case constant(Double)
}

/// What schedules with a peak in the middle have in common: `γ(t) = γ_max exp(−R h(|2t − 1|))`, with
/// `R = ln(γ_max / γ_min)` and a function `h` from 0 to 1 that each names for itself.
struct Peak: Sendable, Equatable {
  /// The rate γ_max of the peak.
  let maximum: Double
  /// How wide it is.
  let width: PeakWidth
  /// The first rate γ_start; γ_min when absent.
  let start: Double?
  /// `R = ln(γ_max / γ_min)`, above 0.
  let logRatio: Double

  /// What makes the numbers of a peak unusable.
  struct Fault: Error, CustomStringConvertible {
    let argument: String
    let value: Double
    let expected: String
    var description: String { "“\(argument)” is “\(value)”, expected \(expected)" }
  }

  /// Checks the numbers. A width that is given as the constant `c` means `R = logShare / c`.
  init(
    maximum: Double, width: PeakWidth, start: Double?, logShare: Double, constantName: String
  ) throws(Fault) {
    func check(_ isGood: Bool, _ argument: String, _ value: Double, _ expected: String) throws(Fault) {
      guard isGood else { throw Fault(argument: argument, value: value, expected: expected) }
    }
    try check(maximum > 0 && maximum.isFinite, "max", maximum, "a number > 0")
    let least: Double
    switch width {
    case .minimum(let minimum):
      try check(
        minimum > 0 && minimum < maximum, "min", minimum, "a number > 0 below “max”, which is \(maximum)")
      logRatio = log(maximum / minimum)
      least = minimum
    case .constant(let constant):
      try check(constant > 0 && constant.isFinite, constantName, constant, "a number > 0")
      logRatio = logShare / constant
      least = maximum * exp(-logRatio)
    }
    if let start {
      try check(least <= start && start <= maximum, "start", start, "a number from \(least) to \(maximum)")
    }
    self.maximum = maximum
    self.width = width
    self.start = start
  }

  /// Reads `start`, `max`, and `min` or `constantName`.
  init(
    _ arguments: inout CallArguments, logShare: Double, constantName: String
  ) throws(CallError) {
    let positive = Double.leastNonzeroMagnitude...
    let start = try arguments.optionalNumber("start", in: positive, expected: "a number > 0")
    let minimum = try arguments.optionalNumber("min", in: positive, expected: "a number > 0")
    let constant = try arguments.optionalNumber(constantName, in: positive, expected: "a number > 0")
    let maximum = try arguments.number("max", in: positive, expected: "a number > 0")
    let width: PeakWidth
    switch (minimum, constant) {
    case (let minimum?, nil): width = .minimum(minimum)
    case (nil, let constant?): width = .constant(constant)
    case (nil, nil): throw arguments.missing("min: or \(constantName):")
    case (_?, let constant?):
      throw arguments.badValue(constantName, "\(constant)", expected: "min or \(constantName), not both")
    }
    do throws(Fault) {
      self = try Peak(
        maximum: maximum, width: width, start: start, logShare: logShare, constantName: constantName)
    } catch {
      throw arguments.badValue(error.argument, "\(error.value)", expected: error.expected)
    }
  }

  /// `ln(γ_max / γ_start)` over `R`, in 0...1: the value of `h` at the beginning of the run.
  var startingHeight: Double {
    guard let start else { return 1 }
    return min(1, log(maximum / start) / logRatio)
  }

  /// The arguments as text.
  func description(constantName: String) -> String {
    let first = start.map { "start: \($0), " } ?? ""
    return switch width {
    case .minimum(let minimum): "\(first)max: \(maximum), min: \(minimum)"
    case .constant(let constant): "\(first)max: \(maximum), \(constantName): \(constant)"
    }
  }
}
