import ArgumentParser
import ThalwegCatalogue
import ThalwegNeuralSurfaces

/// The option that belongs to the policies of statistics beside `--batch-norm`.
struct PolicyOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Examples for re-estimated. Default: 2048, or all.")
  var reEstimate: Int?

  /// The policies in `text`, a list with commas; none where no text is given. Checked as far as that goes without files.
  func policies(_ text: String?) throws -> [StatisticsPolicy] {
    if let reEstimate, reEstimate < 2 {
      throw UsageError("--re-estimate: found \(reEstimate), expected at least 2 examples")
    }
    let names = text.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
    let policies = try names.map(policy)
    let isNeeded = policies.contains { if case .reEstimated = $0 { true } else { false } }
    guard reEstimate == nil || isNeeded else {
      throw UsageError("--re-estimate needs --batch-norm re-estimated")
    }
    guard Set(policies).count == policies.count else {
      throw UsageError("--batch-norm: found \(text ?? ""), expected different policies")
    }
    return policies
  }

  private func policy(_ name: String) throws -> StatisticsPolicy {
    switch name {
    case "interpolated": return .interpolated
    case "re-estimated": return .reEstimated(exampleCount: reEstimate ?? StatisticsPolicy.usualExampleCount)
    case _ where name == "running" || name.hasPrefix("batch"): return StatisticsPolicy(try OptionText.policy(name))
    default:
      throw UsageError("--batch-norm: found \(name), expected running, batch:N, interpolated or re-estimated")
    }
  }

  /// The one policy in `text`; none where no text is given.
  func single(_ text: String?) throws -> [StatisticsPolicy] {
    let policies = try policies(text)
    guard policies.count <= 1 else {
      throw UsageError("--batch-norm: found \(text ?? ""), expected one policy here")
    }
    return policies
  }

  /// The policies with a number of examples that nobody asked for cut to what there is.
  func fitted(_ policies: [StatisticsPolicy], to subject: Subject) throws -> [StatisticsPolicy] {
    reEstimate == nil ? try subject.cutToData(policies) : policies
  }
}

extension [StatisticsPolicy] {
  /// How a single one of them evaluates networks; running statistics for none and for several.
  var evaluation: NormalisationPolicy {
    guard count == 1, case .batch(let size) = self[0] else { return .running }
    return .batch(size: size)
  }
}
