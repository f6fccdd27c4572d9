import ThalwegDatasets
import ThalwegEngine
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSpectra
import ThalwegStores
public import ThalwegSurfaces

/// A checkpoint, its data, and the block of a matrix over its parameters that is to be looked at.
public struct CurvatureSubject: Sendable {
  /// The network, the data, and one checkpoint.
  public let subject: Subject
  /// The matrix.
  public let settings: CurvatureSettings
  /// The selected tensors, with their places in the parameter vector.
  public let tensors: [(entry: StateEntry, range: Range<Int>)]

  /// Refuses what does not go together.
  ///
  /// - Throws: ``SettingError``, and `CurvatureError` for a matrix that the surface has not.
  public init(_ subject: Subject, _ settings: CurvatureSettings) throws {
    try settings.validate()
    self.subject = subject
    self.settings = settings
    tensors = try settings.parameters.tensors(of: subject.network.space)
    if subject.settings.policy != .running { try requireMatrix(settings.kind) }
  }

  /// Number of rows: of selected parameters.
  public var dimension: Int { tensors.reduce(0) { $0 + $1.range.count } }

  /// Whether all parameters are selected.
  var isWhole: Bool { dimension == subject.network.space.parameterCount }

  /// Asks the surface over two examples for a matrix, which says at once whether there is one.
  ///
  /// - Throws: `CurvatureError`.
  func requireMatrix(_ kind: CurvatureKind) throws {
    let surface = try subject.surface(of: subject.dataset.prefix(2), keptBytes: 0)
    _ = try surface.linearise(at: subject.state).curvature(kind)
  }

  /// The matrix near a linearisation, or another one over the same parameters.
  func makeOperator(
    at point: any Linearisation, kind: CurvatureKind? = nil, observer: any RunObserver
  ) throws -> WatchedOperator {
    let whole = try point.curvature(kind ?? settings.kind)
    return WatchedOperator(
      isWhole ? whole : RestrictedOperator(whole, to: tensors.map(\.range)), observer: observer)
  }

  /// The selected entries of a vector over all parameters.
  func selected(_ vector: ModelVector) -> [Double] {
    let all = vector.doubles
    return isWhole ? all : tensors.flatMap { all[$0.range] }
  }

  // MARK: - Memory

  /// Bytes that the products need, and whether first-order values are kept between them.
  func memory(of kind: CurvatureKind? = nil) throws -> (bytes: Int, isKept: Bool, keptBytes: Int) {
    let kind = kind ?? settings.kind
    var copies = 1
    if case .sampledFisher(_, let count) = kind { copies = count }
    let bytes = try subject.surface().predictedBytes(kind)
    let kept = try subject.surface(of: subject.dataset, keptBytes: .max).predictedBytes(kind)
    return (copies * bytes, kept <= subject.settings.keptBytes, copies * kept)
  }

  /// A line on the memory of the products and of the method, which says itself what its bytes are for.
  func memoryLine(method: String, bytes: Int) throws -> String {
    let memory = try memory()
    let values =
      memory.isKept
      ? "first-order values are kept"
      : "first-order values, \(byteText(memory.keptBytes)), are made anew for each; --memory is the bound"
    return "memory       \(byteText(memory.bytes)) for products (\(values)), \(byteText(bytes)) for \(method)"
  }

  // MARK: - Words

  /// The matrix in words.
  public var matrixText: String {
    let block = isWhole ? "all" : "\(settings.parameters): \(dimension) of"
    return "\(settings.kind) over \(block) \(subject.network.space.parameterCount) parameters"
  }

  /// What is looked at, in a few lines for people.
  var lines: [String] { subject.lines + [matrixLine] }

  /// The line of the matrix.
  var matrixLine: String { "matrix       \(matrixText)" }

  /// The options of a run's record.
  ///
  /// Kept values and those made anew are of plans that round differently, so which of them it is belongs to the result.
  func options() throws -> [String: JSONValue] {
    var options = subject.options
    options["keptValues"] = .bool(try memory().isKept)
    options["operator"] = .string(settings.matrix.rawValue)
    options["parameters"] = .string(settings.parameters.description)
    if settings.matrix == .fisher { options["labels"] = .integer(Int128(settings.labelCount)) }
    return options
  }

  /// Settings of a run's record that don't change the result.
  var circumstances: [String: JSONValue] {
    [
      "threads": .integer(Int128(subject.settings.threadCount)), "checkpoint": .string(subject.checkpointPath),
      "keptBytes": .integer(Int128(subject.settings.keptBytes)),
    ]
  }

  /// What is looked at, as JSON.
  var json: [String: JSONValue] {
    [
      "checkpoint": ["path": .string(subject.checkpointPath), "sha256": .string(subject.checkpointHash)],
      "network": [
        "name": .string(subject.network.name),
        "parameters": .integer(Int128(subject.network.space.parameterCount)),
      ],
      "data": [
        "name": .string(subject.dataset.name), "source": .string(subject.source.description),
        "split": .string(subject.settings.split.rawValue), "sha256": .string(subject.dataset.fingerprint),
        "normalisation": .string(subject.normalisation.description),
        "examples": .integer(Int128(subject.exampleCount)),
      ],
      "batchNorm": .string(subject.policyText),
      "precision": .string(subject.settings.precision.rawValue),
      "operator": .string(settings.matrix.rawValue), "parameters": .string(settings.parameters.description),
      "dimension": .integer(Int128(dimension)), "seed": .integer(Int128(settings.seed)),
    ]
  }
}
