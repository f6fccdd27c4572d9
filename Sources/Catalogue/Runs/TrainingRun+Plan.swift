import ThalwegDatasets
import ThalwegDeformations
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces
import ThalwegTraining

extension TrainingRun {
  /// The plan in a few lines.
  public var plan: [String] {
    let shape = train.exampleShape.map(String.init).joined(separator: "×")
    let oneSplit =
      settings.data.hasOneSplit ? ["             training and test examples are the same: \(settings.data)"] : []
    return [
      "network      \(network.name), \(network.space.parameterCount) parameters",
      "data         \(train.name), \(train.count) examples \(shape); \(test.name), \(test.count)",
      "             normalisation \(settings.normalisation), augmentation \(settings.augmentation)",
    ] + oneSplit + [
      "steps        \(settings.epochCount) epochs of \(stream.stepsPerEpoch) steps, batches of "
        + "\(stream.batchSize)",
      "descent      \(settings.schedule), seed \(settings.seed)",
      "             \(settings.optimiser)",
    ] + settings.switches.map { "             after epoch \($0.epoch): \($0.optimiser)" } + deformationLines + [
      "computing    \(settings.precision.rawValue), \(settings.threadCount) thread\(settings.threadCount == 1 ? "" : "s")"
    ]
  }

  private var deformationLines: [String] {
    let deformation = settings.deformation
    guard !deformation.steps.isEmpty else { return [] }
    let count = deformation.gradientsPerStep
    return ["deformation  \(deformation)" + (count > 1 ? ", \(count) gradients in place of one" : "")]
      + deformation.cautions.map { "             caution: \($0)" }
  }

  /// Says what time and memory all steps from `snapshot` on will need.
  func forecast(from snapshot: TrainingSnapshot) throws -> String {
    let seconds = try secondsOfGradient(at: snapshot.state) * Double(gradientCount(after: snapshot.epoch))
    let memory = Machine.memoryBytes.map { ", memory about \(byteText($0))" } ?? ""
    return "forecast     about \(durationText(seconds)) for training, by the time of one step" + memory
  }

  /// Gradients that optimisers ask for in the epochs after so many; a deformation may make several of each.
  func gradientCount(after epoch: Int) -> Int {
    (epoch..<settings.epochCount).reduce(0) {
      $0 + stream.stepsPerEpoch * settings.optimiser(ofEpoch: $1 + 1).gradientsPerStep
    }
  }

  /// The first point of the walk.
  func start() -> TrainingSnapshot {
    TrainingSnapshot(state: settings.deformation.deformed(network.initialState(seed: settings.seed)))
  }

  /// Makes two gradients that are thrown away, since the first compiles, and gives the time of the second.
  func secondsOfGradient(at state: ModelState) throws -> Double {
    let evaluator = try walk.makeEvaluator()
    var gradient = ModelVector(zeros: network.space.parameterCount, precision: .single)
    let draw = Draw(seed: settings.seed, step: 0)
    func step() throws -> Evaluation {
      try evaluator.gradient(at: state, draw: draw, into: &gradient)
    }
    _ = try step()
    return try timed(step).seconds
  }
}
