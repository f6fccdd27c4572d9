public import ThalwegGraphs
public import ThalwegSurfaces

/// Whose mean and variance a batch normalisation uses.
public enum NormalisationStatistics: String, Sendable, Codable, CaseIterable {
  /// The running statistics of the state: each example is treated by itself.
  case running
  /// The batch's own: the partition into batches is then part of what is computed.
  case batch
}

/// A graph under construction and the state that its layers have asked for so far.
public struct NetworkBuilder {
  /// The most parameters that a network may have.
  static let parameterLimit = 1 << 31

  /// The graph.
  public var graph: Graph
  /// Whose statistics normalisations use.
  public let statistics: NormalisationStatistics

  private(set) var initialisers: [Initialiser] = []
  private var entries: [StateEntry] = []
  private var names: Set<String> = []
  private var parameterCount = 0
  private var path: [String] = []
  /// Positions of the entries of which a value is a linear function, unit by unit.
  private var weights: [Value: [Int]] = [:]
  private var normalised: [(value: Value, norm: String)] = []

  init(graph: Graph, statistics: NormalisationStatistics) {
    self.graph = graph
    self.statistics = statistics
  }

  /// Extents of `value` without the batch.
  public func shape(of value: Value) -> [Int] { Array(graph.shape(of: value).extents.dropFirst()) }

  /// The full name of `name` at the present place, for example `layer1.0.conv1`.
  public func fullName(_ name: String) -> String { (path + [name]).joined(separator: ".") }

  /// The present place for messages: a path such as `layer1.0`, or "the network" at the top.
  public var place: String { path.isEmpty ? "the network" : path.joined(separator: ".") }

  /// Names declared from now on lie below `name`.
  public mutating func enter(_ name: String) { path.append(name) }

  /// Ends the innermost ``enter(_:)``.
  public mutating func leave() { path.removeLast() }

  /// Declares a trainable tensor and gives it as a graph input of the same full name.
  ///
  /// - Parameters:
  ///   - name: Name below the present place, such as `conv1.weight`.
  ///   - shape: Its extents, each positive.
  ///   - role: A trainable role.
  ///   - initialiser: Its numbers at the start of training.
  public mutating func parameter(
    _ name: String, _ shape: [Int], role: Role, initialiser: Initialiser
  ) throws(NetworkError) -> Value {
    precondition(role.isTrainable, "\(name) is a buffer")
    try declare(name, shape, role, initialiser)
    return graph.input(fullName(name), Shape(shape))
  }

  /// Declares a running statistic; a graph input only under ``NormalisationStatistics/running``, else `nil`.
  public mutating func buffer(
    _ name: String, _ shape: [Int], role: Role, initialiser: Initialiser
  ) throws(NetworkError) -> Value? {
    precondition(!role.isTrainable, "\(name) is a parameter")
    try declare(name, shape, role, initialiser)
    return statistics == .running ? graph.input(fullName(name), Shape(shape)) : nil
  }

  /// Notes that each unit of `value` is a linear function of that unit's numbers in the last `count` entries.
  public mutating func noteUnitwiseLinear(_ value: Value, inLastEntries count: Int) {
    weights[value] = Array(entries.count - count..<entries.count)
  }

  /// Notes that the normalisation with the full name `norm` divides `value` by its deviation.
  public mutating func noteNormalised(_ value: Value, by norm: String) {
    normalised.append((value, norm))
  }

  private mutating func declare(
    _ name: String, _ shape: [Int], _ role: Role, _ initialiser: Initialiser
  ) throws(NetworkError) {
    let full = fullName(name)
    guard names.insert(full).inserted else { throw NetworkError.duplicateName(full) }
    var count = 1
    for extent in shape {
      guard extent > 0 else { throw NetworkError.notPositive(what: "an extent of \(full)", value: extent) }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow && product <= Self.parameterLimit else { throw NetworkError.tooLarge(name: full) }
      count = product
    }
    parameterCount += count
    guard parameterCount <= Self.parameterLimit else { throw NetworkError.tooLarge(name: full) }
    let unitAxis = role == .filter || role == .denseWeight ? 0 : nil
    entries.append(StateEntry(name: full, shape: shape, role: role, unitAxis: unitAxis))
    initialisers.append(initialiser)
  }

  /// The layout of the state.
  ///
  /// An entry is scale-free where its layer's result goes into a normalisation and nowhere else: the normalisation
  /// undoes any positive factor of a unit.
  func makeSpace() -> StateSpace {
    var useCount: [Value: Int] = [:]
    for node in graph.nodes { for operand in Set(node.operands) { useCount[operand, default: 0] += 1 } }
    var norms: [Int: String] = [:]
    for (value, norm) in normalised where useCount[value] == 1 {
      for index in weights[value] ?? [] { norms[index] = norm }
    }
    return StateSpace(
      entries: entries.enumerated().map { index, entry in
        StateEntry(
          name: entry.name, shape: entry.shape, role: entry.role, unitAxis: entry.unitAxis,
          scaleFreeThrough: norms[index])
      })
  }
}
