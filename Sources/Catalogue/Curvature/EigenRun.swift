import Foundation
import ThalwegCheckpoints
import ThalwegDatasets
import ThalwegFiles
import ThalwegLinearAlgebra
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
public import ThalwegStores
import ThalwegSurfaces

/// The search for the ends of a spectrum, or the whole of it, which keeps itself in a folder.
public struct EigenRun {
  /// What is looked at.
  public let subject: CurvatureSubject
  /// What is wanted.
  public let settings: EigenSettings

  /// Refuses what does not go together.
  ///
  /// - Throws: ``SettingError``, and `SpectrumError` for a matrix or a basis that is too large.
  public init(_ subject: CurvatureSubject, _ settings: EigenSettings) throws {
    try settings.validate()
    self.subject = subject
    self.settings = settings
    if settings.isExact {
      _ = try densePlan
    } else {
      _ = try settings.search(seed: subject.settings.seed).requiredBytes(dimension: subject.dimension)
    }
  }

  private var densePlan: DensePlan {
    get throws { try DensePlan(dimension: subject.dimension, limit: EigenSettings.exactLimit) }
  }

  private var search: Lanczos { settings.search(seed: subject.settings.seed) }

  /// Works in the folder at `path`, or goes on with what is there.
  ///
  /// - Returns: What was found; `nil` if the observer ended the run.
  /// - Throws: ``OtherRun`` where the folder holds another run, and errors of the products.
  public func run(
    in path: String, commandLine: [String] = [], observer: any RunObserver
  ) throws -> EigenOutcome? {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    subject.lines.forEach(observer.say)
    observer.say(
      "wanted       \(settings.largestCount) largest and \(settings.smallestCount) smallest eigenvalues"
        + (settings.isExact ? ", from the dense matrix" : ", to a tolerance of \(significant(settings.tolerance))"))
    if let stored = try outcome(of: folder), !lacksVectors(stored, in: path) {
      observer.say("everything is done already")
      try folder.finish()
      return stored
    }
    do {
      try work(in: folder, observer)
    } catch is RunCancelled {
      return nil
    }
    guard let outcome = try outcome(of: folder) else { return nil }
    try atomicWrite(path + "/eigen.csv", outcome.result.csv)
    try atomicWrite(path + "/eigen.json", outcome.json.indentedText + "\n")
    if let spectrum = outcome.spectrum {
      let rows = spectrum.enumerated().map { "\($0),\($1)\n" }.joined()
      try atomicWrite(path + "/eigenvalues.csv", "index,eigenvalue\n" + rows)
    }
    try RunReport(
      of: folder, title: "Eigenvalues of the \(subject.settings.kind) of \(subject.subject.network.name)",
      reading:
        "Each eigenvalue stands beside the residual ‖A v − λ v‖ of an independent product: within so much of λ there "
        + "is an eigenvalue of the matrix.", findings: outcome.lines, plan: subject.lines
    ).write(to: folder)
    try folder.finish()
    return outcome
  }

  // MARK: - Work

  private func work(in folder: RunFolder, _ observer: any RunObserver) throws {
    let file = EigenSearch(settings: search, path: folder.path + "/search.plist")
    try sayMemory(observer)
    if let steps = settings.isExact ? nil : file.storedStepCount(dimension: subject.dimension) {
      observer.say("going on after \(steps) products")
    }
    if observer.isCancelled { throw RunCancelled() }
    let point = try subject.subject.surface().linearise(at: subject.subject.state)
    let matrix = try subject.makeOperator(at: point, observer: observer)
    let seconds = try matrix.timeOfProduct()
    try sayTime(seconds, observer)
    let result: EigenResult
    if settings.isExact {
      matrix.report("matrix", of: subject.dimension)
      let spectrum = try exactSpectrum(of: matrix, plan: try densePlan)
      try folder.facts.set("eigenvalues", to: .array(spectrum.values.map { .number($0) }))
      result = EigenResult(spectrum, settings: settings)
    } else {
      let found = try file.run(on: matrix, title: "eigen")
      result = EigenResult(found)
      if settings.storesVectors { try store(found, result, in: folder) }
    }
    var circumstances = subject.circumstances
    circumstances["secondsPerProduct"] = matrix.secondsPerProduct.map { .number($0) }
    circumstances["peakMemoryBytes"] = Machine.peakMemoryBytes.map { .integer(Int128($0)) }
    try folder.facts.set(circumstances, as: .circumstance)
    try folder.facts.set([
      "eigen": try JSONValue(encoding: result), "loss": .number(point.primal.loss),
      "gradientNorm": .number(point.gradient.norm()), "batchNorm": .string(subject.subject.policyText),
    ])
    file.discard()
  }

  private func sayMemory(_ observer: any RunObserver) throws {
    if settings.isExact {
      let plan = try densePlan
      observer.say(try subject.memoryLine(method: "the dense matrix", bytes: plan.bytes))
    } else {
      let bytes = try search.requiredBytes(dimension: subject.dimension)
      observer.say(try subject.memoryLine(method: "the search at most", bytes: bytes))
    }
  }

  private func sayTime(_ seconds: Double, _ observer: any RunObserver) throws {
    let each = "\(secondsText(seconds)) a product"
    if settings.isExact {
      // 4/3 n³ operations for the values alone, at some 2·10⁹ a second: half of them are memory-bound.
      let n = Double(subject.dimension)
      let algebra = 4.0 / 3 * n * n * n / 2e9
      let products = try densePlan.seconds(secondsPerProduct: seconds)
      observer.say(
        "forecast     \(each): \(durationText(products)) for \(subject.dimension) of them, then about "
          + "\(durationText(algebra)) for the eigenvalues")
    } else {
      observer.say(
        "forecast     \(each): at most \(durationText(seconds * Double(settings.maximumProducts))) for "
          + "\(settings.maximumProducts) of them; fewer, if the pairs converge before")
    }
  }

  // MARK: - Vectors

  private func store(_ found: LanczosResult, _ result: EigenResult, in folder: RunFolder) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/vectors", withIntermediateDirectories: true)
    for (pair, column) in zip(result.pairs, EigenResult.columns(of: found)) {
      try subject.writeVector(
        found.vectors.column(column), to: folder.path + "/" + vectorFile(pair),
        metadata: [
          "thalweg.vector": "eigenvector of the \(subject.settings.kind)", "thalweg.eigenvalue": "\(pair.value)",
          "thalweg.residual": pair.residual.map { "\($0)" } ?? "",
          "thalweg.checkpoint": subject.subject.checkpointHash,
        ])
    }
  }

  private func vectorFile(_ pair: EigenResult.Pair) -> String { "vectors/\(pair.name).safetensors" }

  private func lacksVectors(_ outcome: EigenOutcome, in path: String) -> Bool {
    settings.storesVectors && outcome.vectorFiles.count < outcome.result.pairs.count
  }

  // MARK: - The folder

  private func outcome(of folder: RunFolder) throws -> EigenOutcome? {
    guard let stored = try folder.facts.value("eigen") else { return nil }
    let result: EigenResult = try stored.decoded()
    let files = result.pairs.map(vectorFile).filter {
      FileManager.default.fileExists(atPath: folder.path + "/" + $0)
    }
    var spectrum: [Double]?
    if case .array(let values)? = try folder.facts.value("eigenvalues") {
      spectrum = values.compactMap(\.doubleValue)
    }
    return EigenOutcome(
      subject: subject, result: result,
      secondsPerProduct: try folder.facts.value("secondsPerProduct", as: .circumstance)?.doubleValue,
      loss: try folder.facts.value("loss")?.doubleValue,
      gradientNorm: try folder.facts.value("gradientNorm")?.doubleValue, spectrum: spectrum, vectorFiles: files)
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    RunDescription(
      kind: "eigen", options: .object(try subject.options().merging(settings.options) { $1 }),
      seeds: ["search": subject.settings.seed],
      hashes: ["checkpoint": subject.subject.checkpointHash, "data": subject.subject.dataset.fingerprint],
      settings: .object(subject.circumstances), commandLine: commandLine, versions: Machine.versions,
      machine: Machine.description)
  }
}

/// What a search came to, with all that belongs to it.
public struct EigenOutcome: Sendable {
  /// What was looked at.
  public let subject: CurvatureSubject
  /// The eigenvalues.
  public let result: EigenResult
  /// Seconds of a product on average.
  public let secondsPerProduct: Double?
  /// The loss at the checkpoint, in nats.
  public let loss: Double?
  /// The gradient's length there.
  public let gradientNorm: Double?
  /// All eigenvalues in ascending order, from a dense matrix.
  public let spectrum: [Double]?
  /// Files of eigenvectors in the folder.
  public let vectorFiles: [String]

  /// A few lines for people.
  public var lines: [String] {
    var lines = result.lines(secondsPerProduct: secondsPerProduct)
    if let loss, let gradientNorm {
      lines.append("point        loss \(significant(loss)) nats, gradient of length \(significant(gradientNorm))")
    }
    return lines
  }

  /// All of it as JSON.
  public var json: JSONValue {
    get throws(StoreError) {
      var fields = subject.json
      fields["loss"] = loss.map { .number($0) } ?? .null
      fields["gradientNorm"] = gradientNorm.map { .number($0) } ?? .null
      fields["secondsPerProduct"] = secondsPerProduct.map { .number($0) } ?? .null
      fields["vectors"] = .array(vectorFiles.map { .string($0) })
      fields["eigen"] = try JSONValue(encoding: result)
      if let spectrum { fields["eigenvalues"] = .array(spectrum.map { .number($0) }) }
      return .object(fields)
    }
  }
}
