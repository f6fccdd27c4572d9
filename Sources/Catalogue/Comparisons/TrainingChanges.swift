import ThalwegDatasets
import ThalwegDeformations
import ThalwegNetworks
import ThalwegTraining

/// Settings of a training run as a comparison's file writes them; what is absent stays as it is.
public struct TrainingChanges: Sendable, Equatable, Decodable {
  /// The network's name with options.
  public var network: String?
  /// Number of epochs.
  public var epochs: Int?
  /// Examples of a minibatch.
  public var batch: Int?
  /// The rate of each step.
  public var schedule: String?
  /// What makes the steps.
  public var optimiser: String?
  /// Later optimisers, such as `5 adam()`.
  public var then: [String]?
  /// How the minibatches are deformed.
  public var deform: String?
  /// Random changes of the images.
  public var augment: String?
  /// How values are shifted and scaled.
  public var normalisation: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case network, epochs, batch, schedule, optimiser, then, deform, augment, normalisation
  }

  /// The names of all settings that can be changed.
  static let names = CodingKeys.allCases.map(\.rawValue)

  /// No changes.
  public init() {}

  /// Reads the fields that are there.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys) throws -> String? { try fields.decodeIfPresent(String.self, forKey: key) }
    network = try text(.network)
    epochs = try fields.wholeNumber(Int.self, forKey: .epochs)
    batch = try fields.wholeNumber(Int.self, forKey: .batch)
    schedule = try text(.schedule)
    optimiser = try text(.optimiser)
    then = try fields.decodeIfPresent([String].self, forKey: .then)
    deform = try text(.deform)
    augment = try text(.augment)
    normalisation = try text(.normalisation)
  }

  /// The names of the settings that are changed, with the texts.
  private var given: [(name: CodingKeys, text: String)] {
    let all: [(CodingKeys, String?)] = [
      (.network, network), (.epochs, epochs.map(String.init)), (.batch, batch.map(String.init)),
      (.schedule, schedule), (.optimiser, optimiser), (.then, then?.joined(separator: ", then ")), (.deform, deform),
      (.augment, augment), (.normalisation, normalisation),
    ]
    return all.compactMap { name, text in text.map { (name, $0) } }
  }

  /// The names of the settings that are changed.
  var changed: [String] { given.map(\.name.rawValue) }

  /// The changes as `name: text`.
  var texts: [String] { given.map { "\($0.name.rawValue): \($0.text)" } }

  /// These changes and then others, which win.
  func followed(by later: TrainingChanges) -> TrainingChanges {
    var result = TrainingChanges()
    result.network = later.network ?? network
    result.epochs = later.epochs ?? epochs
    result.batch = later.batch ?? batch
    result.schedule = later.schedule ?? schedule
    result.optimiser = later.optimiser ?? optimiser
    result.then = later.then ?? then
    result.deform = later.deform ?? deform
    result.augment = later.augment ?? augment
    result.normalisation = later.normalisation ?? normalisation
    return result
  }

  /// Changes `settings`.
  ///
  /// - Throws: The error of the first text that cannot be read, one line.
  func apply(to settings: inout TrainingSettings) throws {
    if let network {
      try Network.checkName(network)
      settings.network = network
    }
    if let epochs { settings.epochCount = epochs }
    if let batch { settings.batchSize = batch }
    if let schedule { settings.schedule = try ScheduleRegistry.standard.parse(schedule) }
    if let optimiser { settings.optimiser = try OptimiserRegistry.standard.parse(optimiser) }
    if let then { settings.switches = try then.map { try LaterOptimiser($0) } }
    if let deform { settings.deformation = try DeformationRegistry.standard.sequence(deform) }
    if let augment { settings.augmentation = try Augmentation(augment) }
    if let normalisation { settings.normalisation = try Normalisation(normalisation) }
  }
}
