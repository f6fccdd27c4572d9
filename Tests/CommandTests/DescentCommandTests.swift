import Foundation
import Testing
import ThalwegCatalogue
import ThalwegCheckpoints
import ThalwegDatasets
import ThalwegDeformations
import ThalwegNeuralSurfaces
import ThalwegStores
import ThalwegSurfaces
import ThalwegTraining

@Suite("The training command's options of descent")
struct DescentCommandTests {
  @Test("the short options are a form of sgd, and the record holds its text")
  func shortForm() throws {
    let folder = try TestFolder()
    let short = tinyTraining() + ["--momentum", "0.5", "--no-nesterov", "--weight-decay", "0.01", "--out", "short"]
    let long = tinyTraining() + ["--optimiser", "sgd(momentum: 0.5, decay: 0.01)", "--out", "long"]
    for arguments in [short, long] { #expect(try Program(arguments, in: folder).finish().status == 0) }
    let (first, second) = (try RunFolder.open(folder("short")), try RunFolder.open(folder("long")))
    #expect(first.runDescription.identityDifferences(from: second.runDescription).isEmpty)
    #expect(try first.contentDigest() == second.contentDigest())
    #expect(
      first.runDescription.options["optimiser"]?.stringValue
        == "sgd(momentum: 0.5, nesterov: false, dampening: 0.0, decay: 0.01)")
  }

  @Test("a deformation that loses its slope ends the run in one line; checkpoints stay, and cautions are said")
  func stops() throws {
    let folder = try TestFolder()
    let arguments = [
      "train", "--network", "mlp:2-8-2", "--data", "spirals", "--epochs", "40", "--rate", "0.3", "--batch", "50",
      "--threads", "1", "--deform", "delta(\"l^2 - l\") | AP(1, 1, 1, 0)", "--out", "run",
    ]
    let result = try Program(arguments, in: folder).finish()
    #expect(result.status == 1 && result.isOneLineError, "\(result.errors)")
    #expect(result.errors.contains("delta(\"l^2 - l\") has the slope -"), "\(result.errors)")
    #expect(result.output.contains("caution: AP(1, 1, 1, 0) has a₄ = 0"))
    let last = try #require(try RunFolder.open(folder("run")).checkpointEpochs().last)
    #expect(try Program.run("evaluate", "run", in: folder).status == 0)
    // The same command meets the same loss again.
    let again = try Program(arguments, in: folder).finish()
    #expect(again.errors == result.errors && again.output.contains("going on after epoch \(last)"))
  }

  @Test("snapshots are the points that the run passed, labelled by their steps")
  func snapshots() throws {
    let folder = try TestFolder()
    let schedule = ["--schedule", "gaussian(max: 0.1, min: 0.001)"]
    let arguments = tinyTraining(epochs: 2) + schedule + ["--checkpoint-at", "10 peak", "--out", "run"]
    #expect(try Program(arguments, in: folder).finish().status == 0)
    func checkpoint(_ name: String) throws -> Checkpoint {
      try Checkpoint.read(folder("run/checkpoints/\(name).safetensors"))
    }
    // An epoch has ten steps, and the schedule its peak in the middle of two epochs.
    let (end, step, peak) = (try checkpoint("epoch-000001"), try checkpoint("step-00000010"), try checkpoint("peak"))
    #expect(step.metadata["thalweg.step"] == "10" && peak.metadata["thalweg.point"] == "peak")
    #expect(end.tensors == step.tensors && end.tensors == peak.tensors)
    let json = try Program.run("evaluate", "run/checkpoints/peak.safetensors", "--json", in: folder)
    #expect(json.status == 0, "\(json.errors)")

    var bytes = try folder.bytes("run/checkpoints/peak.safetensors")
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: folder("run/checkpoints/peak.safetensors")))
    let changed = try Program.run("evaluate", "run/checkpoints/peak.safetensors", in: folder)
    #expect(changed.isOneLineError && changed.errors.contains("is not what the run wrote"))
  }

  @Test("the logged gradient and eigenvalue are those that a measurement finds")
  func logs() throws {
    let folder = try TestFolder()
    let arguments = [
      "train", "--network", "mlp:2-6-2,tanh", "--data", "spirals", "--epochs", "2", "--rate", "0.1", "--batch",
      "50", "--momentum", "0", "--weight-decay", "0.01", "--deform", "scale(2)", "--threads", "1", "--log-gradient",
      "--log-curvature", "200", "--out", "run",
    ]
    #expect(try Program(arguments, in: folder).finish().status == 0)
    let values = try #require(try RunFolder.open(folder("run")).history().entries().last).values
    let eigen = try Program.run(
      "eigen", "run", "--limit", "200", "--exact", "--json", "--threads", "1", "--out", "eigen", in: folder)
    let exact = try JSONValue(parsing: eigen.output)["eigenvalues"]?.entries.last?.doubleValue
    let found = try #require(values["largestEigenvalue"])
    #expect(abs(found - (exact ?? .nan)) <= 2 * (values["eigenvalueResidual"] ?? 0) + 1e-6)
    // Steps are stable below 2/γ for the deformed Hessian and the decay: 2 λ + d < 20.
    #expect(values["stabilityLimit"] == (20 - 0.01) / 2)
    let subject = try Subject(SubjectSettings(checkpoint: folder("run")))
    let linear = try subject.surface().linearise(at: subject.state)
    #expect(abs((values["gradientNorm"] ?? .nan) - linear.gradient.norm()) <= 1e-5 * linear.gradient.norm())
  }

  @Test(
    "signal and noise of what guides SGDS are logged on request",
    arguments: ["same", "different"])
  func guide(batches: String) throws {
    let folder = try TestFolder()
    let arguments =
      tinyTraining() + [
        "--deform", "sgds(weight: 0.1, radius: 0.01, clip: inf, batches: \(batches))", "--log-gradient", "--out", "run",
      ]
    let result = try Program(arguments, in: folder).finish()
    #expect(result.status == 0 && result.output.contains("  g₂ − g₁ "), "\(result.errors)")
    let values = try #require(try RunFolder.open(folder("run")).history().entries().last).values
    let settings = try TrainingSettings(of: RunFolder.open(folder("run")))
    let run = try TrainingRun(settings)
    let method = try #require(settings.deformation.steps.first as? SharpnessGuidedDescent)
    let subject = try Subject(SubjectSettings(checkpoint: folder("run")))
    let stream = try MinibatchStream(
      network: run.network, dataset: settings.data.load(split: .train), normalisation: settings.normalisation,
      batchSize: settings.batchSize, compute: ComputeOptions(threadCount: 1))
    let found = try method.signalToNoise(on: stream, at: subject.state, drawCount: 4, seed: settings.seed)
    #expect(values["guideSignal"] == found.signal && values["guideNoise"] == found.noise)
    #expect(found.noise > 0)
    #expect(FileManager.default.fileExists(atPath: folder("run/figures/guide.svg")))
  }

  @Test("a record with momentum, nesterov and weightDecay as numbers still opens, resumes and is told apart")
  func oldRecord() throws {
    let folder = try TestFolder()
    #expect(try Program(tinyTraining(epochs: 2) + ["--out", "run"], in: folder).finish().status == 0)
    let file = folder("run/run.json")
    let text = "\"optimiser\" : \"sgd(momentum: 0.9, nesterov: true, dampening: 0.0, decay: 0.0001)\""
    let record = try String(contentsOfFile: file, encoding: .utf8)
    let spaced = record.contains(text) ? text : text.replacingOccurrences(of: " : ", with: ": ")
    try #require(record.contains(spaced), "\(record)")
    try record.replacingOccurrences(
      of: spaced, with: "\"momentum\": 0.9, \"nesterov\": true, \"weightDecay\": 0.0001"
    ).write(toFile: file, atomically: true, encoding: .utf8)

    #expect(try Program.run("evaluate", "run", in: folder).status == 0)
    for arguments in [["train", "--resume", "--out", "run"], tinyTraining(epochs: 2) + ["--out", "run"]] {
      let resumed = try Program(arguments, in: folder).finish()
      #expect(resumed.status == 0 && resumed.output.contains("all 2 epochs are done"), "\(resumed.errors)")
    }
    #expect(
      "\(try TrainingSettings(of: RunFolder.open(folder("run"))).optimiser)"
        == "sgd(momentum: 0.9, nesterov: true, dampening: 0.0, decay: 0.0001)")
    for option in [["--momentum", "0.8"], ["--optimiser", "adam()"], ["--deform", "identity()"]] {
      let other = try Program(tinyTraining(epochs: 2) + ["--out", "run"] + option, in: folder).finish()
      #expect(other.status == 1 && other.isOneLineError, "\(option): \(other.errors)")
    }
  }
}
