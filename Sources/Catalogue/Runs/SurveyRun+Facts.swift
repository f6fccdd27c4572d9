import ThalwegDatasets
import ThalwegNetworks
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

extension SurveyRun {
  /// The plan in a few lines, with every fact that a figure should not be shown without.
  public var plan: [String] {
    let shape = settings.axes.map { "\($0.count) points from \(shortText($0.lower)) to \(shortText($0.upper))" }
    var lines = subject.checkpointLines + subject.linesOfData
    for (index, policy) in settings.policies.enumerated() {
      lines.append((index == 0 ? "batch norm   " : "             ") + policy.text(for: subject))
    }
    lines.append("grid         x: \(shape[0])" + (shape.count > 1 ? "; y: \(shape[1])" : ""))
    lines.append("directions   " + directionText)
    if geometry.corners.count > 2 {
      let places = geometry.corners.map { corner in
        "\(corner.name) (\(corner.coordinates.map { shortText($0) }.joined(separator: ", ")))"
      }
      lines.append("             checkpoints at " + places.joined(separator: ", "))
    }
    if let explanation = geometry.explanation { lines += explanation.lines }
    lines.append("             length " + norms.map { fixed($0, 4) }.joined(separator: " and "))
    if let pair = geometry.pair {
      let comparison =
        isRandom
        ? "; independent directions have |cosine| \(fixed(pair.expectedAbsoluteCosine, 5)) on average" : ""
      lines.append("             cosine \(fixed(pair.cosine, 5))" + comparison)
    }
    return lines
  }

  private var isRandom: Bool {
    switch settings.directions {
    case .random, .stored: !settings.isOrthogonalised
    case .through, .principal: false
    }
  }

  private var directionText: String {
    let suffix = settings.isOrthogonalised ? "; the second made perpendicular" : ""
    switch settings.directions {
    case .random(let family):
      return "random, seed \(family.seed); normalised by \(family.normalisation.rawValue); "
        + "tensors of rank 0 and 1: \(family.smallTensors.rawValue)" + suffix
    case .through(let others) where others.count == 1: return "from A, at 0, to B, \(others[0]), at 1"
    case .through(let others):
      let names = zip(["B", "C", "D"], others).map { "\($0) \($1)" }.joined(separator: ", ")
      return (others.count == 2 ? "plane" : "bilinear patch") + " from A through \(names)"
    case .principal: return "principal components of the run's checkpoints"
    case .stored(let paths, let normalisation):
      return "from \(paths.joined(separator: " and ")); "
        + (normalisation == .none
          ? "as they are" : "normalised by \(normalisation.rawValue); tensors of rank 0 and 1: zero") + suffix
    }
  }

  /// Euclidean lengths of the directions' parameter parts.
  var norms: [Double] { geometry.directions.map { $0.parameters.norm() } }

  /// What the store keeps beside the points.
  var facts: [String: JSONValue] {
    let policies = settings.policies.map { JSONValue.string($0.text(for: subject)) }
    var facts: [String: JSONValue] = [
      "batchNorm": policies.count == 1 ? policies[0] : .array(policies),
      "examples": .integer(Int128(subject.exampleCount)),
      "directionNorms": .array(norms.map { .number($0) }),
      "stateNorm": .number(subject.state.parameters.norm()),
      "checkpointHash": .string(subject.checkpointHash), "dataHash": .string(subject.dataset.fingerprint),
    ]
    if !geometry.corners.isEmpty {
      facts["corners"] = .object(
        Dictionary(
          uniqueKeysWithValues: geometry.corners.map { corner in
            (corner.name, .array(corner.coordinates.map { .number($0) }))
          }))
    }
    if let explanation = geometry.explanation { facts["explained"] = explanation.json }
    if let pair = geometry.pair {
      facts["cosine"] = .number(pair.cosine)
      facts["expectedAbsoluteCosine"] = .number(pair.expectedAbsoluteCosine)
      facts["effectiveDimension"] = .number(pair.effectiveDimension)
    }
    return facts
  }

  /// The text below a figure; of a figure of all policies where none is given.
  func caption(_ policy: StatisticsPolicy?) -> String {
    var parts = ["\(subject.network.name), \(subject.examplesText)"]
    switch settings.directions {
    case .random(let family):
      parts.append("random directions, seed \(family.seed), normalised by \(family.normalisation.rawValue)")
    case .through(let others):
      parts.append(
        others.count == 1
          ? "from one checkpoint at 0 to another at 1"
          : others.count == 2
            ? "the plane through three checkpoints, distances in parameter space"
            : "bilinear patch of four checkpoints, in general not a plane")
    case .principal: parts.append(geometry.explanation?.caption ?? "")
    case .stored(let paths, let normalisation):
      let files = paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: ", ")
      parts.append(
        "directions from files (\(files))"
          + (normalisation == .none ? "" : ", normalised by \(normalisation.rawValue)"))
    }
    if let policy { parts.append(policy.text(for: subject)) }
    if let pair = geometry.pair { parts.append("cosine of the directions \(fixed(pair.cosine, 4))") }
    parts.append("errors speak of the \(settings.target == .population ? "examples' population" : "whole data set")")
    return parts.joined(separator: "; ") + "."
  }
}

extension SurveyGeometry.Explanation {
  /// What the components explain, beside a random walk, for people.
  var lines: [String] {
    let (own, walk) = (percentages(shares), percentages(randomWalkShares))
    return [
      "             \(own) of the checkpoints' \(quantity)",
      "             a random walk of \(count) states would have \(walk)",
    ]
  }

  /// The same for the text below a figure.
  var caption: String {
    "principal components with \(percentages(shares)) of the checkpoints' \(quantity) (random walk: "
      + "\(percentages(randomWalkShares)))"
  }

  /// All of it as JSON.
  var json: JSONValue {
    [
      "origin": .string(origin.rawValue), "checkpoints": .integer(Int128(count)),
      "shares": .array(shares.map { .number($0) }),
      "randomWalkShares": .array(randomWalkShares.map { .number($0) }),
    ]
  }

  private var quantity: String {
    origin == .mean ? "variance" : "squared distance from the last"
  }

  private func percentages(_ shares: [Double]) -> String {
    shares.map { fixed(100 * $0, 1) + " %" }.joined(separator: " and ")
  }
}
