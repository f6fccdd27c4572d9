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
  public private(set) var subject: Subject
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
      isWhole ? whole : RestrictedOperator(whole, to: tensors.map(\.range)), blockSize: try blockSize,
      observer: observer)
  }

  /// The selected entries of a vector over all parameters.
  func selected(_ vector: ModelVector) -> [Double] {
    let all = vector.doubles
    return isWhole ? all : tensors.flatMap { all[$0.range] }
  }

  // MARK: - Memory

  /// For methods that multiply several vectors at once: where first-order values are made anew, four of them share most of
  /// what any number would, and more would only keep somebody waiting who wants to end the run.
  func forBlocks() -> CurvatureSubject {
    var copy = self
    copy.subject.settings.directionsAtOnce = 4
    return copy
  }

  /// Vectors that are multiplied at once.
  var blockSize: Int {
    get throws { if case .windows = try firstOrderValues() { subject.settings.directionsAtOnce } else { 1 } }
  }

  /// Bytes that the products need.
  func productBytes() throws -> Int {
    var copies = 1
    if case .sampledFisher(_, let count) = settings.kind { copies = count }
    return copies * (try subject.surface().predictedBytes(settings.kind))
  }

  /// How products come by what doesn't depend on the direction.
  func firstOrderValues() throws -> FirstOrderValues { try subject.surface().firstOrderValues(settings.kind) }

  /// Bytes of the whole process at its peak: what it occupies now, the products, and `bytes` of the method; or what
  /// reading the data has taken already, if that was more.
  func predictedPeakBytes(method bytes: Int) throws -> Int {
    max(Machine.peakMemoryBytes ?? 0, (Machine.memoryBytes ?? 0) + (try productBytes()) + bytes)
  }

  /// A line on the memory that will be needed, of which `bytes` are for what `method` names.
  func memoryLine(method: String, bytes: Int) throws -> String {
    let values =
      switch try firstOrderValues() {
      case .kept: "first-order values are kept"
      case .thinned(let count): "first-order values are kept, but for \(count) of them made anew"
      case .partlyKept(let count):
        "first-order values of \(count) examples are kept, the others' made anew for every product"
      case .windows(let count): "first-order values are made anew, for \(count) examples at a time"
      case .streamed: "first-order values are made anew for every product"
      }
    return "memory       about \(byteText(try predictedPeakBytes(method: bytes))) in all: "
      + "\(byteText(try productBytes())) for products (\(values)), \(byteText(bytes)) for \(method)"
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
  /// Plans that keep first-order values and those that make them anew round differently, so which of them it is belongs to
  /// the result.
  func options() throws -> [String: JSONValue] {
    var options = subject.options
    options["firstOrderValues"] = .string(try firstOrderValues().description)
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
