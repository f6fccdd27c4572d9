import ArgumentParser
import ThalwegCatalogue
import ThalwegDatasets
import ThalwegEngine
import ThalwegNeuralSurfaces

/// The options that say what is measured, common to all commands that measure.
struct SubjectOptions: ParsableArguments {
  @Argument(help: "A checkpoint (safetensors, torch.save), or a training run's folder: its last checkpoint.")
  var checkpoint: String

  @Option(help: "Such as resnet20. Own checkpoints know it.")
  var network: String?

  @Option(help: "Such as cifar10:PATH. Own checkpoints know it.")
  var data: String?

  @Option(help: "imagenet, cifar, mnist, none or mean=…;deviation=…. Default: as in training.")
  var normalisation: String?

  @Option(
    name: [.long, .customLong("subset")], parsing: .unconditional,
    help: "Use the first so many examples only. Default: all.")
  var limit: Int?

  @Option(
    help: """
      running, or batch:N for consecutive batches; surveys also take interpolated, re-estimated and lists.
      """)
  var batchNorm: String?

  @Option(help: "float32 or bfloat16.")
  var precision = ComputePrecision.float32

  @Option(parsing: .unconditional, help: "Default: all cores.")
  var threads: Int?

  /// The settings, checked as far as that goes without files, with another policy than the option's where one is given.
  func settings(split: DatasetSplit, policy: NormalisationPolicy? = nil) throws -> SubjectSettings {
    var settings = SubjectSettings(checkpoint: checkpoint)
    settings.network = try network.map(OptionText.network)
    settings.data = try data.map(OptionText.data)
    settings.normalisation = try normalisation.map(OptionText.normalisation)
    settings.split = split
    settings.limit = limit
    settings.policy = try policy ?? OptionText.policy(batchNorm ?? "running")
    settings.precision = precision
    settings.threadCount = threads ?? Machine.coreCount
    try settings.validate()
    return settings
  }
}
