import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces

extension Subject {
  /// What is measured, in a few lines for people.
  var lines: [String] { checkpointLines + linesBesideCheckpoint }

  /// Which checkpoint is meant.
  var checkpointLines: [String] {
    ["checkpoint   \(checkpointPath)", "             SHA-256 \(checkpointHash)"]
  }

  /// What is measured, but for the checkpoint.
  var linesBesideCheckpoint: [String] { linesOfData + ["batch norm   \(policyText)"] }

  /// What is measured, but for checkpoint and policy.
  var linesOfData: [String] {
    [
      "network      \(network.name), \(network.space.parameterCount) parameters",
      "data         \(examplesText)",
      "             SHA-256 \(dataset.fingerprint)",
      "             normalisation \(normalisation)",
    ]
  }

  /// The options of a run's record that say what is measured and determine its result.
  var options: [String: JSONValue] {
    var options: [String: JSONValue] = [
      "network": .string(network.name), "data": .string(source.description),
      "split": .string(settings.split.rawValue), "examples": .integer(Int128(exampleCount)),
      "normalisation": .string(normalisation.description),
      "batchNorm": .string(settings.policy.description),
      "precision": .string(settings.precision.rawValue),
    ]
    if settings.policy != .running {
      // Sums over a batch are formed thread by thread.
      options["threads"] = .integer(Int128(settings.threadCount))
    }
    return options
  }
}
