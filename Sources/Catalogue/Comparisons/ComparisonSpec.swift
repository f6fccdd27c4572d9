import ThalwegEngine
import ThalwegFiles
import ThalwegStores

/// A comparison of trainings as its file states it: arms that differ in some settings, each trained with the same
/// seeds.
///
/// ```json
/// {
///   "title": "Deformed losses", "question": "Does LE end elsewhere?", "checked": "12 epochs in place of 250.",
///   "paper": {"finding": "92.04 % and 92.29 %.", "citation": "Chen and others, table 2"},
///   "settings": {"network": "resnet20", "data": "cifar10:data/cifar-10", "epochs": 12},
///   "seeds": [1, 2, 3],
///   "arms": [{"name": "identity"}, {"name": "le", "deform": "LE(1, 0.9)"}],
///   "baseline": "identity",
///   "measures": {"examples": 1000, "of": ["eigenvalue()", "trace(products: 20)"]}
/// }
/// ```
///
/// `question`, `checked`, `paper`, `grid` and `measures` may be left out. Settings and arms take `network`, `epochs`,
/// `batch`, `schedule`, `optimiser`, `then`, `deform`, `augment` and `normalisation`, as the options of training; settings
/// take `data`, `precision` and `threads` as well.
///
/// `grid` holds lists of such arms; every choice of one from each list is an arm as well, its name made of theirs. The
/// baseline may be in one of these lists: then arms are compared with those that have it and are the same otherwise.
public struct ComparisonSpec: Sendable, Decodable {
  /// What it is, in a few words.
  public let title: String
  /// What it asks, if it says so.
  public let question: String?
  /// What was published, if anything.
  public let paper: Paper?
  /// What is checked here, and how it differs from what was published.
  public let checked: String?
  /// The settings that all arms have unless they change them.
  let settings: CommonSettings
  /// The seeds.
  let seeds: [UInt64]
  /// The arms.
  let arms: [Arm]
  /// Lists of arms that multiply.
  let grid: [[Arm]]?
  /// The arm with which the others are compared, or an entry of one of the grid's lists.
  public let baseline: String
  /// What is measured beside the losses.
  let measures: Measures?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case title, question, paper, checked, settings, seeds, arms, grid, baseline, measures
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: ``ComparisonError``, or `FileAccessError`.
  public init(path: String) throws {
    let text = String(decoding: try FileBytes(path: path).bytes, as: UTF8.self)
    do {
      self = try JSONValue(parsing: text).decoded()
    } catch StoreError.invalidValue(_, let reason) {
      throw ComparisonError(path: path, reason: reason)
    }
  }

  /// Reads the fields, none of which may be unknown.
  public init(from decoder: any Decoder) throws {
    try decoder.requireFields(among: CodingKeys.allCases.map(\.rawValue))
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    title = try fields.decode(String.self, forKey: .title)
    question = try fields.decodeIfPresent(String.self, forKey: .question)
    paper = try fields.decodeIfPresent(Paper.self, forKey: .paper)
    checked = try fields.decodeIfPresent(String.self, forKey: .checked)
    settings = try fields.decode(CommonSettings.self, forKey: .settings)
    seeds = try fields.decode([WholeNumber<UInt64>].self, forKey: .seeds).map(\.value)
    arms = try fields.decodeIfPresent([Arm].self, forKey: .arms) ?? []
    grid = try fields.decodeIfPresent([[Arm]].self, forKey: .grid)
    baseline = try fields.decode(String.self, forKey: .baseline)
    measures = try fields.decodeIfPresent(Measures.self, forKey: .measures)
  }
}

extension ComparisonSpec {
  /// A published finding.
  public struct Paper: Sendable, Decodable {
    /// What was found, with the size at which it was found.
    public let finding: String
    /// Where it was published.
    public let citation: String

    private enum CodingKeys: String, CodingKey, CaseIterable { case finding, citation }

    /// Reads the fields.
    public init(from decoder: any Decoder) throws {
      try decoder.requireFields(among: CodingKeys.allCases.map(\.rawValue))
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      finding = try fields.decode(String.self, forKey: .finding)
      citation = try fields.decode(String.self, forKey: .citation)
    }
  }

  /// One way to train.
  struct Arm: Sendable, Decodable {
    let name: String
    let changes: TrainingChanges

    private enum CodingKeys: String, CodingKey { case name }

    init(name: String, changes: TrainingChanges) {
      self.name = name
      self.changes = changes
    }

    init(from decoder: any Decoder) throws {
      try decoder.requireFields(among: ["name"] + TrainingChanges.names)
      name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
      changes = try TrainingChanges(from: decoder)
    }
  }

  /// The settings of all arms, with those that no arm can change.
  struct CommonSettings: Sendable, Decodable {
    let changes: TrainingChanges
    let data: String
    let precision: ComputePrecision?
    let threads: Int?

    private enum CodingKeys: String, CodingKey, CaseIterable { case data, precision, threads }

    init(from decoder: any Decoder) throws {
      try decoder.requireFields(among: CodingKeys.allCases.map(\.rawValue) + TrainingChanges.names)
      changes = try TrainingChanges(from: decoder)
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      data = try fields.decode(String.self, forKey: .data)
      precision = try fields.decodeIfPresent(String.self, forKey: .precision).map { text in
        guard let precision = ComputePrecision(rawValue: text) else {
          let known = ComputePrecision.allCases.map(\.rawValue).joined(separator: " or ")
          throw DecodingError.dataCorruptedError(
            forKey: .precision, in: fields, debugDescription: "found “\(printable(text))”, expected \(known)")
        }
        return precision
      }
      threads = try fields.wholeNumber(Int.self, forKey: .threads)
    }
  }

  /// What is measured at the ends, on how many training examples.
  struct Measures: Sendable, Decodable {
    let examples: Int
    let texts: [String]

    private enum CodingKeys: String, CodingKey, CaseIterable { case examples, of }

    init(from decoder: any Decoder) throws {
      try decoder.requireFields(among: CodingKeys.allCases.map(\.rawValue))
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      examples = try fields.decode(WholeNumber<Int>.self, forKey: .examples).value
      texts = try fields.decodeIfPresent([String].self, forKey: .of) ?? []
    }
  }
}
