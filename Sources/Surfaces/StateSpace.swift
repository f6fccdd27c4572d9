/// What a tensor of a model's state is for. Directions, decay and symmetries ask for the role, never for a name.
public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
  /// Convolution filters `[out, in / groups, height, width]`.
  case filter
  /// Weights of a dense layer `[out, in]`.
  case denseWeight
  /// An additive term per output unit.
  case bias
  /// The scale γ of a normalisation.
  case normScale
  /// The shift β of a normalisation.
  case normShift
  /// The running mean of a normalisation (a buffer).
  case runningMean
  /// The running variance of a normalisation (a buffer).
  case runningVariance
  /// Coordinates of a formula.
  case coordinate

  /// Whether optimisers move it. Running statistics are buffers.
  public var isTrainable: Bool { self != .runningMean && self != .runningVariance }
}

/// One tensor of a model's state.
public struct StateEntry: Sendable, Hashable, Codable {
  /// Its name, as in PyTorch's `state_dict` for the same architecture.
  public let name: String
  /// Its extents.
  public let shape: [Int]
  /// What it is for.
  public let role: Role
  /// The axis that counts output units (filters, neurons); `nil` for tensors without units.
  public let unitAxis: Int?
  /// Name of the normalisation that makes the loss independent of each unit's scale; `nil` if none does.
  public let scaleFreeThrough: String?

  /// An entry.
  public init(name: String, shape: [Int], role: Role, unitAxis: Int? = nil, scaleFreeThrough: String? = nil) {
    self.name = name
    self.shape = shape
    self.role = role
    self.unitAxis = unitAxis
    self.scaleFreeThrough = scaleFreeThrough
  }

  /// Number of numbers in it.
  public var count: Int { shape.reduce(1, *) }
}

/// The layout of a model's state: parameters in one vector, buffers in another, each in the order of the entries.
public struct StateSpace: Sendable, Equatable, Codable {
  /// All entries in state order.
  public let entries: [StateEntry]
  /// Offset of each entry in the vector to which it belongs.
  public let offsets: [Int]
  /// Number of trainable numbers.
  public let parameterCount: Int
  /// Number of buffered numbers.
  public let bufferCount: Int

  /// The space of `entries`, whose names must differ.
  public init(entries: [StateEntry]) {
    precondition(Set(entries.map(\.name)).count == entries.count, "two entries of a state have the same name")
    self.entries = entries
    var offsets: [Int] = []
    var (parameters, buffers) = (0, 0)
    for entry in entries {
      if entry.role.isTrainable {
        offsets.append(parameters)
        parameters += entry.count
      } else {
        offsets.append(buffers)
        buffers += entry.count
      }
    }
    self.offsets = offsets
    parameterCount = parameters
    bufferCount = buffers
  }

  /// The space of a formula in `variables`.
  public init(variables: [String]) {
    self.init(entries: variables.map { StateEntry(name: $0, shape: [], role: .coordinate) })
  }

  /// The numbers that entry `index` occupies in its vector.
  public func range(of index: Int) -> Range<Int> { offsets[index]..<offsets[index] + entries[index].count }

  /// Position of the entry called `name`.
  public func index(of name: String) -> Int? { entries.firstIndex { $0.name == name } }

  /// The trainable entries with their ranges in the parameter vector.
  public var parameters: [(entry: StateEntry, range: Range<Int>)] {
    entries.indices.filter { entries[$0].role.isTrainable }.map { (entries[$0], range(of: $0)) }
  }

  /// The buffers with their ranges in the buffer vector.
  public var buffers: [(entry: StateEntry, range: Range<Int>)] {
    entries.indices.filter { !entries[$0].role.isTrainable }.map { (entries[$0], range(of: $0)) }
  }
}
