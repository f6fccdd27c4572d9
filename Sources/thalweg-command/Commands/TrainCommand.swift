import ArgumentParser
import ThalwegCatalogue
import ThalwegEngine
import ThalwegStores

import enum ThalwegFigures.FigureFormat

/// `thalweg train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a network; the same command again goes on where it stopped.",
    discussion: """
      Example: thalweg train --network resnet20 --data cifar10:PATH --epochs 12 --out runs/r20
      Data: mnist:PATH, fashion-mnist:PATH, cifar10:PATH, cifar100:PATH, optdigits:PATH, csv:PATH, shapes,
      spirals, xor. Default: --schedule 'cosine(0.1)' --momentum 0.9 --nesterov --weight-decay 1e-4.
      """)

  @Option(help: "The network; thalweg networks lists them.")
  var network: String?

  @Option(help: "The data.")
  var data: String?

  @Option(parsing: .unconditional, help: "Number of epochs.")
  var epochs: Int?

  @Option(help: "The run's folder.")
  var out: String

  @Option(parsing: .unconditional, help: "Examples of a minibatch. Default: 128.")
  var batch: Int?

  @OptionGroup var descent: DescentOptions

  @Option(help: "'EPOCH OPTIMISER': another one after so many epochs, with an empty memory. Repeatable.")
  var then: [String] = []

  @Option(help: "crop=4,flip, a part of it, or none. Default: for CIFAR crop=4,flip, else none.")
  var augment: String?

  @Option(help: "imagenet, cifar, mnist, none or mean=…;deviation=…. Default: the usual.")
  var normalisation: String?

  @Option(parsing: .unconditional, help: "Seed of everything random. Default: 1.")
  var seed: UInt64?

  @Option(parsing: .unconditional, help: "Threads; the result depends on them. Default: all cores.")
  var threads: Int?

  @Option(help: "float32 or bfloat16. Default: float32.")
  var precision: ComputePrecision?

  @Option(parsing: .unconditional, help: "Epochs from checkpoint to checkpoint. Default: 1.")
  var checkpointEvery: Int?

  @Option(help: "Further checkpoints: numbers of steps, and peak for the schedule's. Example: '0 100 peak'.")
  var checkpointAt: String?

  @Flag(
    help: "After each epoch, the norm of the gradient on all training data; for sgds also signal and noise of g₂ − g₁.")
  var logGradient = false

  @Option(
    parsing: .unconditional, help: "After each epoch, the Hessian's largest eigenvalue on so many training examples.")
  var logCurvature: Int?

  @OptionGroup var figures: FigureOptions

  @Flag(help: "Go on with the run in --out; options that are left out are the run's own.")
  var resume = false

  mutating func run() throws {
    let settings = try settings()
    let run = try TrainingRun(settings)
    let observer = TerminalObserver(hasOwnLines: true)
    let result = try run.run(in: out, commandLine: CommandLine.arguments, observer: observer)
    observer.clear()
    if result.ending == .interrupted {
      throw Interrupted(advice: "go on with: thalweg train --resume --out \(out)")
    }
    if let path = result.checkpointPath { Console.line("checkpoint   \(path)") }
    Console.line("figure       \(out)/figures/training.\(settings.formats[0].rawValue)")
  }

  /// The settings, checked before any work.
  func settings() throws -> TrainingSettings {
    try descent.check()
    var settings = try start()
    if let network { settings.network = try OptionText.network(network) }
    if let epochs { settings.epochCount = epochs }
    if let batch { settings.batchSize = batch }
    if let schedule = try descent.chosenSchedule() { settings.schedule = schedule }
    settings.optimiser = try descent.chosenOptimiser(from: settings.optimiser)
    if !then.isEmpty { settings.switches = try then.map(OptionText.laterOptimiser) }
    if let deformation = try descent.chosenDeformation() { settings.deformation = deformation }
    if let augment { settings.augmentation = try OptionText.augmentation(augment) }
    if let normalisation { settings.normalisation = try OptionText.normalisation(normalisation) }
    if let seed { settings.seed = seed }
    if let threads { settings.threadCount = threads }
    if let precision { settings.precision = precision }
    if let checkpointEvery { settings.checkpointEvery = checkpointEvery }
    if let checkpointAt { settings.snapshots = try SnapshotTime.list(checkpointAt) }
    if logGradient { settings.logsGradient = true }
    if let logCurvature { settings.curvatureExampleCount = logCurvature }
    settings.formats = try figures.settings()
    try settings.validate()
    return settings
  }

  /// What the given options change: the run's own settings, or the usual ones.
  private func start() throws -> TrainingSettings {
    guard resume else {
      guard let network, let data, let epochs else {
        let missing = network == nil ? "network" : data == nil ? "data" : "epochs"
        throw UsageError("--\(missing) is missing; only --resume takes it from the run")
      }
      return TrainingSettings(network: network, data: try OptionText.data(data), epochCount: epochs)
    }
    let source = try data.map(OptionText.data)
    let run = try RunFolder.open(out)
    defer { run.close() }
    var settings = try TrainingSettings(of: run)
    if let source { settings.data = source }
    return settings
  }
}
