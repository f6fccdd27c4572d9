import ThalwegDatasets
import ThalwegNetworks
import ThalwegStores
import ThalwegSurfaces
import ThalwegSurveys

extension SurveyRun {
  /// The plan in a few lines, with every fact that a figure should not be shown without.
  public var plan: [String] {
    let shape = settings.axes.map { "\($0.count) points from \($0.lower) to \($0.upper)" }
    var lines =
      subject.lines + [
        "grid         x: \(shape[0])" + (shape.count > 1 ? "; y: \(shape[1])" : "")
      ]
    switch settings.directions {
    case .random(let family):
      lines.append(
        "directions   random, seed \(family.seed); normalised by \(family.normalisation.rawValue); "
          + "tensors of rank 0 and 1: \(family.smallTensors.rawValue)")
    case .towards(let checkpoint):
      lines.append("direction    to \(checkpoint) at 1; running statistics are interpolated as well")
    case .stored(let paths, let normalisation):
      lines.append(
        "directions   from \(paths.joined(separator: " and ")); "
          + (normalisation == .none
            ? "as they are" : "normalised by \(normalisation.rawValue); tensors of rank 0 and 1: zero"))
    }
    lines.append("             length " + norms.map { fixed($0, 4) }.joined(separator: " and "))
    if let pair {
      lines.append(
        "             cosine \(fixed(pair.cosine, 5)); independent directions have "
          + "|cosine| \(fixed(pair.expectedAbsoluteCosine, 5)) on average")
    }
    return lines
  }

  /// Euclidean lengths of the directions' parameter parts.
  var norms: [Double] { directions.map { $0.parameters.norm() } }

  /// What the store keeps beside the points.
  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "batchNorm": .string(subject.policyText), "examples": .integer(Int128(subject.exampleCount)),
      "directionNorms": .array(norms.map { .number($0) }),
      "stateNorm": .number(subject.state.parameters.norm()),
      "checkpointHash": .string(subject.checkpointHash), "dataHash": .string(subject.dataset.fingerprint),
    ]
    if let pair {
      facts["cosine"] = .number(pair.cosine)
      facts["expectedAbsoluteCosine"] = .number(pair.expectedAbsoluteCosine)
      facts["effectiveDimension"] = .number(pair.effectiveDimension)
    }
    return facts
  }

  /// The text below a figure.
  var caption: String {
    var parts = ["\(subject.network.name), \(subject.examplesText)"]
    switch settings.directions {
    case .random(let family):
      parts.append("random directions, seed \(family.seed), normalised by \(family.normalisation.rawValue)")
    case .towards: parts.append("from one checkpoint at 0 to another at 1")
    case .stored(let paths, let normalisation):
      let files = paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: ", ")
      parts.append(
        "directions from files (\(files))"
          + (normalisation == .none ? "" : ", normalised by \(normalisation.rawValue)"))
    }
    parts.append(subject.policyText)
    if let pair { parts.append("cosine of the directions \(fixed(pair.cosine, 4))") }
    return parts.joined(separator: "; ") + "."
  }
}
