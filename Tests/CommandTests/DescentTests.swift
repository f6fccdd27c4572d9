import Foundation
import TestSupport
import Testing
import ThalwegCatalogue
import ThalwegCheckpoints
import ThalwegDatasets
import ThalwegDeformations
import ThalwegStores
import ThalwegTraining

/// Hears a run, and ends it within the second epoch if it is told to.
private final class Listener: RunObserver {
  let isEnding: Bool
  private(set) var lines: [String] = []
  private var isSecond = false

  init(isEnding: Bool = false) { self.isEnding = isEnding }

  var isCancelled: Bool { isEnding && isSecond }
  func say(_ line: String) { lines.append(line) }
  func report(_ progress: RunProgress) { isSecond = progress.title.hasPrefix("epoch 2/") }
}

/// Three epochs of three steps of a network with batch normalisation.
private func tinySettings() throws -> TrainingSettings {
  var settings = TrainingSettings(
    network: "resnet8:width=2", data: try DatasetSource("shapes:count=60,test=20,size=8"), epochCount: 3)
  settings.batchSize = 20
  settings.schedule = ConstantSchedule(0.01)
  settings.threadCount = 1
  return settings
}

/// Trains twice in new folders, once with an end in the second epoch, and gives both folders.
private func trainedTwice(_ settings: TrainingSettings) throws -> (folder: TestFolder, lines: [String]) {
  let folder = try TestFolder()
  let listener = Listener()
  let whole = try TrainingRun(settings).run(in: folder("whole"), observer: listener)
  #expect(whole.ending == .finished)
  let cut = try TrainingRun(settings).run(in: folder("cut"), observer: Listener(isEnding: true))
  #expect(cut.ending == .interrupted && cut.course.epochs.count == 1)
  #expect(try TrainingRun(settings).run(in: folder("cut"), observer: SilentObserver()).ending == .finished)
  return (folder, listener.lines)
}

private func expectSameRuns(_ folder: TestFolder, _ comment: String) throws {
  let (whole, cut) = (try RunFolder.open(folder("whole")), try RunFolder.open(folder("cut")))
  #expect(try whole.contentDigest() == cut.contentDigest(), "\(comment)")
  for name in try FileManager.default.contentsOfDirectory(atPath: folder("whole/checkpoints")) {
    #expect(
      try folder.bytes("whole/checkpoints/" + name) == folder.bytes("cut/checkpoints/" + name),
      "\(comment): \(name)")
  }
}

@Suite("Training by any optimiser on any deformation")
struct DescentTests {
  /// A text for every optimiser there is; a new one needs its own.
  static let optimisers = [
    "adadelta": "adadelta()", "adagrad": "adagrad()", "adam": "adam(amsgrad: true)", "adamw": "adamw()",
    "average": "average(sgd(momentum: 0.9), start: 2, every: 2)", "clip": "clip(adam(), norm: 1)",
    "rk2": "rk2(sgd(momentum: 0.5))", "rmsprop": "rmsprop(momentum: 0.9)",
    "sgd": "sgd(momentum: 0.9, nesterov: true, decay: 1e-3)",
  ]

  /// A text for every deformation of streams there is.
  static let deformations = [
    "AP": "AP(10, 1, 1, 1)", "LE": "LE(1, 0.9)", "coordinates": "coordinates(sinh)", "delta": "delta(\"l + l^2\")",
    "entropy": "entropy(steps: 3)", "halfsquare": "halfsquare()", "identity": "identity()", "sam": "sam(rho: 0.05)",
    "scale": "scale(2)", "sgds": "sgds(1e-4, steps: 1)", "slope": "slope(\"1 + exp(-l)\")",
    "smoothout": "smoothout(0.01)",
  ]

  /// Deformations of whole surfaces, which training refuses.
  static let ofSurfaces = ["bnsharpness": "bnsharpness(0.1)", "localentropy": "localentropy(0.5)"]

  @Test("a run that was cut ends like one that ran through", arguments: OptimiserRegistry.standard.keywords)
  func resumed(optimiser keyword: String) throws {
    var settings = try tinySettings()
    let text = try #require(Self.optimisers[keyword], "\(keyword) needs an example here")
    settings.optimiser = try OptimiserRegistry.standard.parse(text)
    let (folder, _) = try trainedTwice(settings)
    try expectSameRuns(folder, text)
    let read = try TrainingSettings(of: RunFolder.open(folder("cut")))
    #expect("\(read.optimiser)" == "\(settings.optimiser)")
  }

  @Test("so does a deformed run", arguments: DeformationRegistry.standard.keywords)
  func resumed(deformation keyword: String) throws {
    var settings = try tinySettings()
    guard let text = Self.deformations[keyword] else {
      let text = try #require(Self.ofSurfaces[keyword], "\(keyword) needs an example here")
      settings.deformation = try DeformationRegistry.standard.sequence(text)
      let error = thrown(SettingError.self) { try TrainingRun(settings) }
      #expect(error?.setting == "deform")
      return
    }
    settings.deformation = try DeformationRegistry.standard.sequence(text)
    let (folder, lines) = try trainedTwice(settings)
    try expectSameRuns(folder, text)
    #expect(lines.contains { $0.hasPrefix("deformation  \(settings.deformation)") })
    let last = try #require(try RunFolder.open(folder("whole")).history().entries().last)
    #expect(last.values["deformedLoss"] != nil)
    #expect((last.values["slope"] != nil) == settings.deformation.hasFunction)
  }

  @Test("a cut run goes on across a switch, at any snapshots, with everything logged")
  func resumedWithAll() throws {
    var settings = try tinySettings()
    settings.switches = [
      try LaterOptimiser("1 adam()"), try LaterOptimiser("2 average(adam(), start: 7)"),
    ]
    settings.deformation = try DeformationRegistry.standard.sequence("coordinates(arsinh) | LE(1, 0.9) | sam()")
    settings.schedule = try ScheduleRegistry.standard.parse("gaussian(max: 0.03, min: 3e-4)")
    settings.logsGradient = true
    settings.curvatureExampleCount = 20
    settings.snapshots = try SnapshotTime.list("0 5 6 peak")
    let (folder, _) = try trainedTwice(settings)
    try expectSameRuns(folder, "all")
    let run = try RunFolder.open(folder("cut"))
    #expect(try run.checkpointNames() == ["average", "peak", "step-00000000", "step-00000005", "step-00000006"])
    let entries = try run.history().entries()
    #expect(entries.allSatisfy { $0.values["gradientNorm"] != nil && $0.values["largestEigenvalue"] != nil })
    // Adam has no such limit.
    #expect(entries.map { $0.values["stabilityLimit"] != nil } == [true, false, false])
    #expect(try run.facts.value("average")?["points"]?.doubleValue == 3)
  }

  @Test("the identity changes no bit of a run")
  func identity() throws {
    let folder = try TestFolder()
    var settings = try tinySettings()
    _ = try TrainingRun(settings).run(in: folder("plain"), observer: SilentObserver())
    settings.deformation = try DeformationRegistry.standard.sequence("identity()")
    let deformed = try TrainingRun(settings).run(in: folder("deformed"), observer: SilentObserver())
    for name in try FileManager.default.contentsOfDirectory(atPath: folder("plain/checkpoints")) {
      #expect(try folder.bytes("plain/checkpoints/" + name) == folder.bytes("deformed/checkpoints/" + name))
    }
    #expect(deformed.course.epochs.allSatisfy { $0.slope == 1 && $0.deformedLoss == $0.trainLoss })
  }

  @Test("in coordinates of half the size plain descent makes steps of four times the length")
  func coordinates() throws {
    let folder = try TestFolder()
    var settings = try tinySettings()
    settings.optimiser = StochasticGradientDescent()
    settings.schedule = ConstantSchedule(0.04)
    _ = try TrainingRun(settings).run(in: folder("plain"), observer: SilentObserver())
    settings.schedule = ConstantSchedule(0.01)
    settings.deformation = try DeformationRegistry.standard.sequence("coordinates(scale, factor: 2)")
    _ = try TrainingRun(settings).run(in: folder("deformed"), observer: SilentObserver())
    // Powers of two are exact, so even the bytes agree.
    let name = "checkpoints/epoch-000003.safetensors"
    #expect(try folder.bytes("plain/" + name) == folder.bytes("deformed/" + name))
  }

  @Test("a mean is that of its points, with statistics that fit it, and stands for the run")
  func average() throws {
    let folder = try TestFolder()
    var settings = try tinySettings()
    settings.optimiser = try OptimiserRegistry.standard.parse("average(sgd(momentum: 0.9), start: 3, every: 3)")
    let result = try TrainingRun(settings).run(in: folder("run"), observer: SilentObserver())
    #expect(result.checkpointPath == folder("run/checkpoints/average.safetensors"))
    let mean = try Checkpoint.read(folder("run/checkpoints/average.safetensors"))
    let points = try (1...3).map { try Checkpoint.read(folder("run/checkpoints/epoch-00000\($0).safetensors")) }
    #expect(mean.metadata["thalweg.point"] == "average")
    for tensor in mean.tensors {
      let values = points.compactMap { $0[tensor.name]?.values.floats.map(Double.init) }
      let expected = values[0].indices.map { i in values.reduce(0) { $0 + $1[i] } / 3 }
      if tensor.name.contains("running_") {
        #expect(tensor.values.floats.map(Double.init) != expected, "statistics were estimated anew")
      } else {
        // One rounding to single precision.
        expectClose(tensor.values.floats.map(Double.init), expected, tolerance: 1e-6, tensor.name)
      }
    }
    let evaluated = try Program.run("evaluate", "run", "--threads", "1", "--json", in: folder)
    let fact = try #require(try RunFolder.open(folder("run")).facts.value("average"))
    let loss = try JSONValue(parsing: evaluated.output)["loss"]?["value"]?.doubleValue
    #expect(loss != nil && loss == fact["testLoss"]?.doubleValue)
  }
}
