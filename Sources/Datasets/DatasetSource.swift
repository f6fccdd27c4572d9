/// Where a data set comes from, as one writes it on a command line.
///
/// `kind:PATH` for files, `kind` or `kind:option=value,option=value` for synthetic sets:
///
/// ```swift
/// let source = try DatasetSource("cifar10:data/cifar-10")
/// let train = try source.load(split: .train)
/// let quick = try DatasetSource("shapes:count=4000,size=16,seed=1").load(split: .train)
/// ```
public enum DatasetSource: Equatable, Sendable {
  /// MNIST, a folder of IDX files.
  case mnist(path: String)
  /// Fashion-MNIST, a folder of IDX files.
  case fashionMNIST(path: String)
  /// CIFAR-10, a folder of batches or one batch.
  case cifar10(path: String)
  /// CIFAR-100, a folder or one file.
  case cifar100(path: String)
  /// Optical digits, a folder or one file.
  case optdigits(path: String)
  /// Comma-separated numbers, a folder or one file.
  case csv(path: String)
  /// Pictures of shapes, drawn from a seed.
  case shapes(Dataset.Shapes)
  /// Exclusive or; both splits are the same four points.
  case xor
  /// Points on spirals, drawn from a seed.
  case spirals(Dataset.Spirals)

  /// All forms, for messages.
  static let allowedForms =
    "mnist:PATH, fashion-mnist:PATH, cifar10:PATH, cifar100:PATH, optdigits:PATH, csv:PATH, "
    + "shapes[:OPTIONS], spirals[:OPTIONS], xor"

  /// Reads the text of a source. Touches no file.
  ///
  /// - Throws: ``DatasetError`` that names what was found and what is allowed.
  public init(_ text: String) throws(DatasetError) {
    let colon = text.firstIndex(of: ":")
    let kind = String(text[..<(colon ?? text.endIndex)])
    let rest = colon.map { String(text[text.index(after: $0)...]) }
    switch kind {
    case "mnist": self = .mnist(path: try DatasetSource.path(rest, text))
    case "fashion-mnist": self = .fashionMNIST(path: try DatasetSource.path(rest, text))
    case "cifar10": self = .cifar10(path: try DatasetSource.path(rest, text))
    case "cifar100": self = .cifar100(path: try DatasetSource.path(rest, text))
    case "optdigits": self = .optdigits(path: try DatasetSource.path(rest, text))
    case "csv": self = .csv(path: try DatasetSource.path(rest, text))
    case "shapes": self = .shapes(try Dataset.Shapes(options: SourceOptions(source: kind, rest)))
    case "spirals": self = .spirals(try Dataset.Spirals(options: SourceOptions(source: kind, rest)))
    case "xor":
      guard rest == nil else { throw .badOption(source: kind, found: rest ?? "", allowed: "no options") }
      self = .xor
    default: throw .unknownSource(found: text)
    }
  }

  private static func path(_ rest: String?, _ text: String) throws(DatasetError) -> String {
    guard let rest, !rest.isEmpty else { throw .unknownSource(found: text) }
    return rest
  }

  /// Loads or draws the examples of `split`.
  ///
  /// A path to one file, instead of a folder, is the whole set, whatever the split.
  ///
  /// - Throws: ``DatasetError``, `FileAccessError` or `FileFormatError`, each one line.
  public func load(split: DatasetSplit) throws -> Dataset {
    switch self {
    case .mnist(let path): try IDXReader.read(folder: path, split: split, name: "mnist")
    case .fashionMNIST(let path): try IDXReader.read(folder: path, split: split, name: "fashion-mnist")
    case .cifar10(let path): try CIFARReader.cifar10.read(path, split: split)
    case .cifar100(let path): try CIFARReader.cifar100.read(path, split: split)
    case .optdigits(let path): try CSVReader.readOptdigits(path, split: split)
    case .csv(let path): try CSVReader.read(path, split: split)
    case .shapes(let shapes): try shapes.dataset(split: split)
    case .xor: try Dataset.xor()
    case .spirals(let spirals): try spirals.dataset(split: split)
    }
  }

  /// Whether both splits are the same examples: one file instead of a folder, or a set that has no parts. Looks
  /// whether a path is a folder's.
  public var hasOneSplit: Bool {
    switch self {
    case .cifar10(let path), .cifar100(let path), .optdigits(let path), .csv(let path):
      !FolderSearch.isFolder(path)
    case .xor: true
    case .mnist, .fashionMNIST, .shapes, .spirals: false
    }
  }

  /// The normalisation that is usual for this source.
  ///
  /// CIFAR: the constants of the loss-landscape experiments. Networks trained with ImageNet's constants need those.
  public var defaultNormalisation: Normalisation {
    switch self {
    case .mnist: .mnist
    case .fashionMNIST: .meanAndDeviation([0.2860], [0.3530])
    case .cifar10: .cifar
    case .cifar100: .meanAndDeviation([0.5071, 0.4865, 0.4409], [0.2673, 0.2564, 0.2762])
    case .optdigits: .meanAndDeviation([0], [16])
    case .shapes: .meanAndDeviation([0.5], [0.25])
    case .csv, .xor, .spirals: .none
    }
  }
}

extension DatasetSource: CustomStringConvertible {
  /// The text that ``init(_:)`` reads back.
  public var description: String {
    switch self {
    case .mnist(let path): "mnist:\(path)"
    case .fashionMNIST(let path): "fashion-mnist:\(path)"
    case .cifar10(let path): "cifar10:\(path)"
    case .cifar100(let path): "cifar100:\(path)"
    case .optdigits(let path): "optdigits:\(path)"
    case .csv(let path): "csv:\(path)"
    case .shapes(let shapes): "shapes:\(shapes.optionText)"
    case .xor: "xor"
    case .spirals(let spirals): "spirals:\(spirals.optionText)"
    }
  }
}
