import ThalwegDatasets
import ThalwegDeformations
import ThalwegEngine
public import ThalwegStores
import ThalwegTraining

extension TrainingSettings {
  /// The settings that determine the result, as a run's record keeps them; the seed stands beside them.
  ///
  /// Records that were written when there was one optimiser hold its three numbers in place of ``optimiser``.
  private struct Record: Codable {
    var network: String
    var data: String
    var normalisation: Normalisation
    var augmentation: Augmentation
    var epochs: Int
    var batch: Int
    var schedule: String
    var optimiser: String?
    var switches: [String]?
    var deformation: String?
    var logGradient: Bool?
    var logCurvature: Int?
    var momentum: Double?
    var nesterov: Bool?
    var weightDecay: Double?
    var precision: ComputePrecision
    var threads: Int

    /// Whether it is a record with three numbers.
    var isOld: Bool { optimiser == nil }

    /// The optimiser, from its text or from the numbers.
    func readOptimiser() throws -> any NamedOptimiser {
      if let optimiser { return try OptimiserRegistry.standard.parse(optimiser) }
      var call = "\(StochasticGradientDescent.keyword)("
      if let momentum { call += "momentum: \(momentum), " }
      return try OptimiserRegistry.standard.parse(
        call + "nesterov: \(nesterov ?? false), decay: \(weightDecay ?? 0))")
    }
  }

  /// The options of the run's record.
  ///
  /// - Parameter stored: The options of the record that is there already. One of the old form is matched by the old
  ///   form, where the settings can be written so.
  func options(like stored: JSONValue? = nil) throws(StoreError) -> JSONValue {
    var record = Record(
      network: network, data: data.description, normalisation: normalisation, augmentation: augmentation,
      epochs: epochCount, batch: batchSize, schedule: schedule.description, precision: precision,
      threads: threadCount)
    if let old: Record = try? stored?.decoded(), old.isOld, isPlainDescent,
      let descent = optimiser as? StochasticGradientDescent
    {
      record.momentum = descent.momentum
      record.nesterov = descent.isNesterov
      record.weightDecay = descent.weightDecay
    } else {
      record.optimiser = "\(optimiser)"
      record.switches = switches.isEmpty ? nil : switches.map(\.description)
      record.deformation = deformation.steps.isEmpty ? nil : "\(deformation)"
      record.logGradient = logsGradient ? true : nil
      record.logCurvature = curvatureExampleCount
    }
    return try JSONValue(encoding: record)
  }

  /// Whether the settings say nothing that a record of the old form has no place for.
  private var isPlainDescent: Bool {
    guard let descent = optimiser as? StochasticGradientDescent else { return false }
    return descent.dampening == 0 && descent.rolesWithoutDecay.isEmpty && switches.isEmpty
      && deformation.steps.isEmpty && !logsGradient && curvatureExampleCount == nil
  }

  /// The settings of the training run in a folder.
  ///
  /// - Throws: `StoreError` where there is none, or errors of texts that the record holds.
  public init(of run: RunFolder) throws {
    let description = run.runDescription
    guard description.kind == "train" else {
      throw StoreError.unreadable(
        path: run.path, reason: "it is a run of kind '\(description.kind)', expected 'train'")
    }
    let record: Record = try description.options.decoded()
    self.init(
      network: record.network, data: try DatasetSource(record.data), epochCount: record.epochs)
    normalisation = record.normalisation
    augmentation = record.augmentation
    batchSize = record.batch
    schedule = try ScheduleRegistry.standard.parse(record.schedule)
    optimiser = try record.readOptimiser()
    switches = try (record.switches ?? []).map { try LaterOptimiser($0) }
    deformation = try record.deformation.map(DeformationRegistry.standard.sequence) ?? deformation
    logsGradient = record.logGradient ?? false
    curvatureExampleCount = record.logCurvature
    precision = record.precision
    threadCount = record.threads
    seed = description.seeds["training"] ?? 1
  }
}
