import Foundation
public import ThalwegCalls

/// A rate that rises to a peak and falls again like a Gaussian: `gaussian(max: 0.1, min: 1e-5)`, from a
/// larger first rate `gaussian(start: 0.01, max: 0.1, min: 1e-5)`, or with a width
/// `gaussian(max: 0.3, variance: 0.0128)`.
///
/// `γ(t) = γ_max exp(−(t − ½)² / σ²)`, and `σ² = ¼ / ln(γ_max / γ_min)` makes `γ(0) = γ(1) = γ_min`; σ² is
/// not doubled, so it is not a variance in the usual sense.
///
/// With a first rate γ_start the beginning, which is of little use, is left out: the share `s` of the run is
/// at `t = t_off + (1 − t_off) s`, where `γ(t_off) = γ_start` and `t_off ≤ ½`. A start needs
/// `γ_min ≤ γ_start ≤ γ_max`.
///
/// Source: Seong et al. (2018), Towards flatter loss surface via nonmonotonic learning rate scheduling, UAI,
/// §5. Which convention of time the authors used is not stated there.
public struct GaussianSchedule: Schedule, Equatable {
  /// The name in front of the arguments.
  public static let keyword = "gaussian"
  private static let constantName = "variance"
  private static let logShare = 0.25

  private let peak: Peak
  /// How iterations become times.
  public let time: TimeConvention

  /// A peak of `maximum > 0`, whose width and first rate are possible.
  ///
  /// - Parameters:
  ///   - start: The first rate, from γ_min to `maximum`; `nil` for γ_min.
  ///   - maximum: The rate γ_max of the peak.
  ///   - width: γ_min, positive and below `maximum`, or σ², positive.
  ///   - time: How iterations become times.
  public init(
    start: Double? = nil, maximum: Double, width: PeakWidth, time: TimeConvention = .continuous
  ) {
    do {
      peak = try Peak(
        maximum: maximum, width: width, start: start, logShare: Self.logShare,
        constantName: Self.constantName)
    } catch {
      preconditionFailure("\(error)")
    }
    self.time = time
  }

  /// Reads the arguments of the schedule's text.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    time = try arguments.timeConvention()
    peak = try Peak(&arguments, logShare: Self.logShare, constantName: Self.constantName)
  }

  /// The rate γ_max of the peak.
  public var maximum: Double { peak.maximum }

  /// The width σ².
  public var variance: Double {
    if case .constant(let constant) = peak.width { constant } else { Self.logShare / peak.logRatio }
  }

  /// The time t_off at which the run begins.
  public var startingTime: Double { 0.5 - 0.5 * peak.startingHeight.squareRoot() }

  /// The share of the run at which the rate is greatest.
  public var peakShare: Double { (0.5 - startingTime) / (1 - startingTime) }

  /// The rate of `iteration`.
  public func rate(at iteration: Int, in horizon: Horizon) -> Double {
    let offset = startingTime
    let t = offset + (1 - offset) * time.time(of: iteration, in: horizon)
    return maximum * exp(-(t - 0.5) * (t - 0.5) / variance)
  }

  /// The schedule as text.
  public var description: String {
    "gaussian(\(peak.description(constantName: Self.constantName)), time: \(time.rawValue))"
  }
}
