import Foundation
import ThalwegDatasets
import ThalwegFiles
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegStores
import ThalwegSurfaces

/// The density of eigenvalues at one checkpoint, or at every one of a training run, which keeps itself in a folder.
///
/// Every draw is stored as it is made, so that a run that was killed does what is left and ends with the same content. More
/// draws can be added later.
public struct SpectrumRun {
  /// One of the checkpoints.
  private struct Place {
    let path: String
    let hash: String
    let epoch: Int?
    let state: ModelState
    /// What the names of its facts begin with.
    var key: String { epoch.map { "epoch \($0) " } ?? "" }

    /// What the paths of its searches' files begin with.
    func searchPath(in folder: RunFolder) -> String {
      folder.path + "/search" + (epoch.map { "-\($0)" } ?? "")
    }
  }

  /// What is looked at; of several checkpoints the last.
  public let subject: CurvatureSubject
  /// How.
  public let settings: SpectrumSettings
  private let places: [Place]
  private let quadrature: StochasticLanczosQuadrature

  /// Reads all checkpoints, and refuses what does not go together.
  ///
  /// - Throws: ``SettingError``, `CurvatureError`, and errors of checkpoints.
  public init(_ subject: CurvatureSubject, _ settings: SpectrumSettings) throws {
    try settings.validate()
    let subject = subject.forBlocks()
    self.subject = subject
    self.settings = settings
    let asked = subject.subject.settings.checkpoint
    var isFolder: ObjCBool = false
    let isRun = FileManager.default.fileExists(atPath: asked, isDirectory: &isFolder) && isFolder.boolValue
    let own = subject.subject
    var places = [Place(path: own.checkpointPath, hash: own.checkpointHash, epoch: nil, state: own.state)]
    if isRun && !settings.usesLastOnly {
      let run = try RunFolder.open(asked)
      defer { run.close() }
      let epochs = try run.checkpointEpochs()
      if epochs.count > 1 {
        places = try epochs.map { epoch in
          let other = try own.state(of: run.checkpointPath(epoch: epoch))
          return Place(path: other.path, hash: other.hash, epoch: epoch, state: other.state)
        }
      }
    }
    self.places = places
    var quadrature = settings.quadrature(seed: subject.settings.seed)
    let drawBytes = quadrature.requiredBytes(dimension: subject.dimension)
    quadrature.drawsAbreast = max(1, min(try subject.blockSize, settings.basisBytes / drawBytes))
    self.quadrature = quadrature
    for count in [settings.energyCount, settings.overlapCount].compactMap({ $0 }) {
      guard count <= subject.dimension else {
        throw SettingError("energy", found: "\(count)", expected: "at most the \(subject.dimension) parameters")
      }
      _ = try settings.search(count: count, seed: subject.settings.seed).requiredBytes(
        dimension: subject.dimension)
    }
    if settings.overlapCount != nil && own.settings.policy != .running {
      try subject.requireMatrix(.gradientCovariance(isCentred: false))
    }
  }

  /// Works in the folder at `path`, or goes on with what is there.
  ///
  /// - Parameters:
  ///   - path: The folder; it need not exist.
  ///   - commandLine: The command line, for the record.
  ///   - saysPlan: Whether the observer is told plan and memory.
  ///   - observer: Hears how it goes, and may end the run.
  /// - Returns: What was found; `nil` if the observer ended the run.
  /// - Throws: ``OtherRun`` where the folder holds another run, and errors of the products.
  public func run(
    in path: String, commandLine: [String] = [], saysPlan: Bool = true, observer: any RunObserver
  ) throws -> SpectrumOutcome? {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    if saysPlan { plan.forEach(observer.say) }
    let wanted = places.count * settings.drawCount
    let missing = try places.map { try missingDraws(of: $0, in: folder) }
    let left = missing.reduce(0) { $0 + $1.count }
    if left < wanted {
      observer.say(left == 0 ? "all draws are made" : "going on: \(left) of \(wanted) draws are left")
    }
    var work = SpectrumWork(
      quadrature: quadrature,
      productsLeft: left * quadrature.productCount(dimension: subject.dimension)
        / settings.drawCount, observer: observer)
    work.hasSaidMemory = !saysPlan
    do {
      for (number, place) in places.enumerated() {
        try measure(place, missing[number], after: number > 0 ? places[number - 1] : nil, in: folder, &work)
      }
    } catch is RunCancelled {
      return nil
    }
    return try finish(folder)
  }

  private var plan: [String] {
    var lines = subject.lines
    if places.count > 1 {
      lines =
        ["checkpoints  \(places.count) of \(subject.subject.settings.checkpoint)"]
        + subject.subject.linesBesideCheckpoint + [subject.matrixLine]
    }
    let steps = min(settings.stepCount, subject.dimension)
    lines.append("draws        \(settings.drawCount) of \(steps) products each, seed \(subject.settings.seed)")
    return lines
  }

  // MARK: - Work

  private func measure(
    _ place: Place, _ indices: [Int], after last: Place?, in folder: RunFolder, _ work: inout SpectrumWork
  ) throws {
    let energyIsKnown = try known("energy", settings.energyCount, of: place, in: folder)
    let overlapIsKnown = try known("overlap", settings.overlapCount, of: place, in: folder)
    let pointIsKnown = try folder.facts.value(place.key + "loss") != nil
    guard !indices.isEmpty || !energyIsKnown || !overlapIsKnown || !pointIsKnown else { return }
    if !work.hasSaidMemory {
      work.observer.say(
        try subject.memoryLine(
          method: quadrature.drawsAbreast == 1 ? "a draw" : "\(quadrature.drawsAbreast) draws at once",
          bytes: quadrature.requiredBytes(dimension: subject.dimension)))
      work.hasSaidMemory = true
    }
    if work.observer.isCancelled { throw RunCancelled() }
    let point = try subject.subject.surface().linearise(at: place.state)
    let matrix = try subject.makeOperator(at: point, observer: work.observer)
    try folder.facts.set([
      place.key + "loss": .number(point.primal.loss), place.key + "gradientNorm": .number(point.gradient.norm()),
    ])
    try work.begin(matrix)
    work.report(matrix)
    try quadrature.makeDraws(indices, of: matrix) { draw in
      try folder.facts.set(drawKey(draw.index, of: place), to: try JSONValue(encoding: draw))
      work.productsDone += draw.alphas.count
    }
    let spaces = TopSpaces(
      subject: subject, settings: settings, observer: work.observer, path: place.searchPath(in: folder),
      previousPath: last?.searchPath(in: folder))
    try spaces.run(
      at: point, of: matrix, energyIsKnown: energyIsKnown, overlapIsKnown: overlapIsKnown
    ) { name, share in
      try folder.facts.set("\(place.key)\(name)", to: try JSONValue(encoding: share))
    }
    if let seconds = matrix.secondsPerProduct {
      try folder.facts.set("secondsPerProduct", to: .number(seconds), as: .circumstance)
    }
  }

  private func known(_ name: String, _ count: Int?, of place: Place, in folder: RunFolder) throws -> Bool {
    guard let count else { return true }
    let share: TopShare? = try folder.facts.value(place.key + name)?.decoded()
    return share?.count == count
  }

  private func drawKey(_ index: Int, of place: Place) -> String { "\(place.key)draw \(index)" }

  private func missingDraws(of place: Place, in folder: RunFolder) throws -> [Int] {
    guard try folder.facts.value(drawKey(settings.drawCount, of: place)) == nil else {
      throw SettingError(
        "draws", found: "\(settings.drawCount)", expected: "at least as many as are in \(folder.path) already")
    }
    return try (0..<settings.drawCount).filter { try folder.facts.value(drawKey($0, of: place)) == nil }
  }

  // MARK: - The end

  private func finish(_ folder: RunFolder) throws -> SpectrumOutcome {
    let spectra = try places.map { try spectrum(of: $0, in: folder) }
    let outcome = SpectrumOutcome(
      subject, settings, spectra,
      secondsPerProduct: try folder.facts.value("secondsPerProduct", as: .circumstance)?.doubleValue)
    try folder.facts.set("batchNorm", to: .string(subject.subject.policyText))
    for (place, spectrum) in zip(places, spectra) {
      try folder.facts.set("\(place.key)summary", to: try JSONValue(encoding: spectrum.summary))
    }
    try folder.facts.set(subject.circumstances, as: .circumstance)
    try atomicWrite(folder.path + "/density.csv", outcome.csv)
    try atomicWrite(folder.path + "/spectrum.json", outcome.json.indentedText + "\n")
    try CurvatureFigures(outcome: outcome).write(to: folder)
    for place in places { TopSpaces.discardStart(of: place.searchPath(in: folder)) }
    try RunReport(
      of: folder, title: "Eigenvalue density of the \(subject.settings.kind) of \(subject.subject.network.name)",
      reading:
        "The density by stochastic Lanczos quadrature: exact moments of a random start's spectral measure, averaged "
        + "over draws and smoothed by a Gaussian kernel. Bands are over draws; peaks narrower than the kernel can't be told "
        + "apart.", findings: outcome.lines, plan: plan
    ).write(to: folder)
    try folder.finish()
    return outcome
  }

  private func spectrum(of place: Place, in folder: RunFolder) throws -> CheckpointSpectrum {
    let draws = try (0..<settings.drawCount).compactMap { index -> QuadratureDraw? in
      try folder.facts.value(drawKey(index, of: place))?.decoded()
    }
    func share(_ name: String, _ count: Int?) throws -> TopShare? {
      count == nil ? nil : try folder.facts.value(place.key + name)?.decoded()
    }
    return CheckpointSpectrum(
      path: place.path, epoch: place.epoch,
      loss: try folder.facts.value(place.key + "loss")?.doubleValue ?? .nan,
      gradientNorm: try folder.facts.value(place.key + "gradientNorm")?.doubleValue ?? .nan, draws: draws,
      summary: SpectrumSummary(
        draws, dimension: subject.dimension, classCount: subject.subject.network.classCount,
        variance: settings.variance(for: draws.extent)),
      energy: try share("energy", settings.energyCount), overlap: try share("overlap", settings.overlapCount),
      stability: subject.settings.matrix == .hessian
        ? try StabilityCheck(settings.step, checkpoint: place.path) : nil)
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    let own = subject.subject
    var hashes = ["data": own.dataset.fingerprint]
    for place in places { hashes[place.epoch.map { "checkpoint \($0)" } ?? "checkpoint"] = place.hash }
    return RunDescription(
      kind: "spectrum", options: .object(try subject.options().merging(settings.options) { $1 }),
      seeds: ["draws": subject.settings.seed], hashes: hashes, settings: .object(subject.circumstances),
      commandLine: commandLine, versions: Machine.versions, machine: Machine.description)
  }
}

/// How far a run has come.
private struct SpectrumWork {
  let quadrature: StochasticLanczosQuadrature
  let productsLeft: Int
  let observer: any RunObserver
  var productsDone = 0
  var hasSaidMemory = false
  private var hasSaidTime = false

  init(quadrature: StochasticLanczosQuadrature, productsLeft: Int, observer: any RunObserver) {
    self.quadrature = quadrature
    self.productsLeft = productsLeft
    self.observer = observer
  }

  /// Times a product, the first time, and says what all will take.
  mutating func begin(_ matrix: WatchedOperator) throws {
    guard !hasSaidTime, productsLeft > 0 else { return }
    hasSaidTime = true
    let seconds = try matrix.timeOfProduct()
    observer.say(
      "forecast     \(secondsText(seconds)) a product: about \(durationText(seconds * Double(productsLeft))) for "
        + "\(productsLeft) of them")
  }

  func report(_ matrix: WatchedOperator) {
    matrix.report("spectrum", done: productsDone, of: productsLeft)
  }
}
