import Foundation
import ThalwegDatasets
import ThalwegFiles
import ThalwegLinearAlgebra
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegStores
import ThalwegSurfaces

/// The estimate of a trace, and on request of a diagonal and of the pacGen metric, which keeps itself in a folder.
///
/// Trace, diagonal and metric are stored one after another: a run that was ended goes on with the first that is missing.
public struct TraceRun {
  /// What is looked at.
  public let subject: CurvatureSubject
  /// What is wanted.
  public let settings: TraceSettings

  /// Refuses what does not go together.
  ///
  /// - Throws: ``SettingError``.
  public init(_ subject: CurvatureSubject, _ settings: TraceSettings) throws {
    try settings.validate()
    if settings.metric != nil && subject.settings.matrix != .hessian {
      throw SettingError("pacgen", found: subject.settings.matrix.rawValue, expected: "--operator hessian")
    }
    self.subject = subject.forBlocks()
    self.settings = settings
  }

  private var wantsDiagonal: Bool { settings.hasDiagonal || settings.metric != nil }

  /// Works in the folder at `path`, or goes on with what is there.
  ///
  /// - Returns: What was found; `nil` if the observer ended the run.
  /// - Throws: ``OtherRun`` where the folder holds another run, and errors of the products.
  public func run(
    in path: String, commandLine: [String] = [], observer: any RunObserver
  ) throws -> TraceOutcome? {
    let folder = try RunFolder.openOrMake(path, try description(commandLine: commandLine))
    defer { folder.close() }
    subject.lines.forEach(observer.say)
    observer.say("method       \(settings.method.rawValue), seed \(subject.settings.seed)")
    if let outcome = try outcome(of: folder) {
      observer.say("everything is done already")
      try folder.finish()
      return outcome
    }
    do {
      try work(in: folder, observer)
    } catch is RunCancelled {
      return nil
    }
    guard let outcome = try outcome(of: folder) else { return nil }
    try atomicWrite(path + "/trace.json", outcome.json.indentedText + "\n")
    try RunReport(
      of: folder, title: "Trace of the \(subject.settings.kind) of \(subject.subject.network.name)",
      reading: "Estimates from products with random vectors; ± is one standard error over them.",
      findings: outcome.lines, plan: subject.lines
    ).write(to: folder)
    try folder.finish()
    return outcome
  }

  // MARK: - Work

  private func work(in folder: RunFolder, _ observer: any RunObserver) throws {
    let n = subject.dimension
    observer.say(try subject.memoryLine(method: "the estimates", bytes: requiredBytes))
    if observer.isCancelled { throw RunCancelled() }
    let point = try subject.subject.surface().linearise(at: subject.subject.state)
    let matrix = try subject.makeOperator(at: point, observer: observer)
    let seconds = try matrix.timeOfProduct()
    observer.say(
      "forecast     \(secondsText(seconds)) a product: about "
        + "\(durationText(seconds * Double(settings.totalProducts))) for at most \(settings.totalProducts) of them")
    try folder.facts.set([
      "loss": .number(point.primal.loss), "gradientNorm": .number(point.gradient.norm()),
      "batchNorm": .string(subject.subject.policyText),
    ])
    if try folder.facts.value("trace") == nil {
      matrix.report("trace", of: settings.productCount)
      try folder.facts.set("trace", to: try JSONValue(encoding: try trace(of: matrix)))
    }
    if wantsDiagonal, try storedDiagonal(in: folder) == nil {
      matrix.report("diagonal", of: settings.productCount)
      var hutchinson = HutchinsonTrace(productCount: settings.productCount)
      hutchinson.seed = subject.settings.seed
      let diagonal = try hutchinson.diagonal(of: matrix)
      let hash = try diagonalFile(in: folder).write(diagonal)
      try folder.facts.set("diagonal", to: try JSONValue(encoding: DiagonalSummary(diagonal, hash: hash)))
    }
    if let metric = settings.metric, let diagonal = try storedDiagonal(in: folder) {
      let parameters = subject.selected(subject.subject.state.parameters)
      let length = metric.displacement * VectorKernel.norm(parameters)
      var estimate: HessianLipschitzEstimate?
      if metric.lipschitzConstant == nil {
        guard length > 0 else {
          throw SettingError("displacement", found: "parameters of length 0", expected: "a length, or --lipschitz")
        }
        let progress = ProductProgress(title: "lipschitz", total: 2 * metric.directionCount, observer: observer)
        estimate = try estimateHessianLipschitzConstant(
          dimension: n, radius: length, directionCount: metric.directionCount, seed: subject.settings.seed
        ) { displacement in
          let moved = try subject.subject.surface().linearise(at: subject.moved(by: displacement))
          let matrix = try subject.makeOperator(at: moved, observer: observer)
          // Products at the centre and at a displaced point take turns, and count together.
          matrix.onProduct = progress.add
          return matrix
        }
      }
      let result = MetricResult(
        metric, parameters: parameters, diagonal: diagonal, lipschitz: estimate,
        displacement: estimate == nil ? nil : length)
      try folder.facts.set("pacGen", to: try JSONValue(encoding: result))
    }
    var circumstances = subject.circumstances
    circumstances["secondsPerProduct"] = matrix.secondsPerProduct.map { .number($0) }
    try folder.facts.set(circumstances, as: .circumstance)
  }

  /// The trace, and from the products with its first probes, which are independent, the Frobenius norm.
  private func trace(of matrix: WatchedOperator) throws -> TraceResult {
    let count = settings.productCount
    let probeCount =
      switch settings.method {
      case .hutchinson: count
      case .hutchPlusPlus: min(count / 3, matrix.dimension)
      case .xtrace: min(count / 2, matrix.dimension)
      }
    var squares: [Double] = []
    matrix.onPair = { _, product in
      if squares.count < probeCount { squares.append(product.reduce(0) { $0 + $1 * $1 }) }
    }
    defer { matrix.onPair = nil }
    let estimate: TraceEstimate
    switch settings.method {
    case .hutchinson:
      var method = HutchinsonTrace(productCount: count)
      method.seed = subject.settings.seed
      estimate = try method.trace(of: matrix)
    case .hutchPlusPlus:
      var method = HutchPlusPlus(productCount: count)
      method.seed = subject.settings.seed
      estimate = try method.trace(of: matrix)
    case .xtrace:
      var method = XTrace(productCount: count)
      method.seed = subject.settings.seed
      estimate = try method.trace(of: matrix)
    }
    let mean = DrawMean(of: squares)
    return TraceResult(
      trace: estimate,
      squaredFrobeniusNorm: TraceEstimate(
        value: mean.value, standardError: mean.standardError, products: squares.count))
  }

  private var requiredBytes: Int {
    let (n, count) = (subject.dimension, settings.productCount)
    let trace =
      switch settings.method {
      case .hutchinson: HutchinsonTrace.requiredBytes(dimension: n)
      case .hutchPlusPlus: HutchPlusPlus(productCount: count).requiredBytes(dimension: n)
      case .xtrace: XTrace(productCount: count).requiredBytes(dimension: n)
      }
    // Mean, squares, errors and two vectors beside the probes.
    return max(trace, wantsDiagonal ? HutchinsonTrace.requiredBytes(dimension: n) + 5 * 8 * n : 0)
  }

  // MARK: - The folder

  private func diagonalFile(in folder: RunFolder) -> DiagonalFile {
    DiagonalFile(subject: subject, folder: folder.path)
  }

  /// The diagonal that the run has stored; `nil` where there is none.
  private func storedDiagonal(in folder: RunFolder) throws -> StoredDiagonal? {
    guard let summary: DiagonalSummary = try folder.facts.value("diagonal")?.decoded() else { return nil }
    return try diagonalFile(in: folder).read(hash: summary.hash)
  }

  /// All that is wanted; `nil` while something is missing.
  private func outcome(of folder: RunFolder) throws -> TraceOutcome? {
    guard let trace: TraceResult = try folder.facts.value("trace")?.decoded(),
      try !wantsDiagonal || storedDiagonal(in: folder) != nil
    else { return nil }
    let metric: MetricResult? = try folder.facts.value("pacGen")?.decoded()
    if let asked = settings.metric, metric?.request != asked.request { return nil }
    return TraceOutcome(
      subject: subject, settings: settings, result: trace,
      diagonal: wantsDiagonal ? try folder.facts.value("diagonal")?.decoded() : nil,
      diagonalFile: wantsDiagonal ? DiagonalFile.name : nil, metric: settings.metric == nil ? nil : metric,
      loss: try folder.facts.value("loss")?.doubleValue,
      gradientNorm: try folder.facts.value("gradientNorm")?.doubleValue,
      secondsPerProduct: try folder.facts.value("secondsPerProduct", as: .circumstance)?.doubleValue)
  }

  private func description(commandLine: [String]) throws -> RunDescription {
    RunDescription(
      kind: "trace", options: .object(try subject.options().merging(settings.options) { $1 }),
      seeds: ["probes": subject.settings.seed],
      hashes: ["checkpoint": subject.subject.checkpointHash, "data": subject.subject.dataset.fingerprint],
      settings: .object(subject.circumstances), commandLine: commandLine, versions: Machine.versions,
      machine: Machine.description)
  }
}

extension CurvatureSubject {
  /// The checkpoint's state with the selected parameters displaced.
  func moved(by displacement: [Double]) -> ModelState {
    var state = subject.state
    var place = 0
    for (_, range) in tensors {
      for index in range {
        state.parameters[index] += displacement[place]
        place += 1
      }
    }
    return state
  }
}
