public import ThalwegCheckpoints
public import ThalwegNetworks
public import ThalwegSurfaces

/// A checkpoint whose tensors are not those of a network.
public enum CheckpointMismatch: Error, Equatable, Sendable {
  /// A tensor of the network is not in the file.
  case missing(tensor: String, expected: [Int], network: String, path: String)
  /// The file has a tensor that the network lacks.
  case unexpected(tensor: String, found: [Int], network: String, path: String)
  /// A tensor has another shape.
  case shape(tensor: String, expected: [Int], found: [Int], path: String)
  /// A tensor's elements are no floating-point numbers.
  case elementType(tensor: String, found: String, path: String)
}

extension CheckpointMismatch: CustomStringConvertible {
  /// One line with the tensor, what was found and what was expected.
  public var description: String {
    switch self {
    case .missing(let tensor, let expected, let network, let path):
      "\(path): found no tensor \(tensor), expected one of shape \(expected) for \(network)"
    case .unexpected(let tensor, let found, let network, let path):
      "\(path): found tensor \(tensor) of shape \(found), expected none of this name for \(network)"
    case .shape(let tensor, let expected, let found, let path):
      "\(path): tensor \(tensor): found shape \(found), expected \(expected)"
    case .elementType(let tensor, let found, let path):
      "\(path): tensor \(tensor): found elements of type \(found), expected floating-point numbers"
    }
  }
}

extension ModelState {
  /// The state of `network` that a checkpoint holds. Tensors are matched by name; counters of batches are
  /// ignored.
  ///
  /// - Parameters:
  ///   - checkpoint: The tensors.
  ///   - network: The network whose state it is.
  ///   - path: Where the checkpoint came from, for messages.
  /// - Throws: ``CheckpointMismatch`` for the first tensor that is missing, misshaped or too many.
  public init(
    _ checkpoint: Checkpoint, for network: Network, path: String
  ) throws(CheckpointMismatch) {
    var (parameters, buffers): ([Float], [Float]) = ([], [])
    parameters.reserveCapacity(network.space.parameterCount)
    buffers.reserveCapacity(network.space.bufferCount)
    for entry in network.space.entries {
      guard let tensor = checkpoint[entry.name] else {
        throw .missing(tensor: entry.name, expected: entry.shape, network: network.name, path: path)
      }
      guard tensor.shape == entry.shape else {
        throw .shape(tensor: entry.name, expected: entry.shape, found: tensor.shape, path: path)
      }
      switch tensor.values {
      case .float32, .float64: break
      default: throw .elementType(tensor: entry.name, found: tensor.storedType.rawValue, path: path)
      }
      let numbers = tensor.values.floats
      if entry.role.isTrainable { parameters += numbers } else { buffers += numbers }
    }
    let known = Set(network.space.entries.map(\.name))
    for tensor in checkpoint.tensors where !known.contains(tensor.name) && !tensor.isBatchCounter {
      throw .unexpected(tensor: tensor.name, found: tensor.shape, network: network.name, path: path)
    }
    self.init(space: network.space, parameters: ModelVector(parameters), buffers: ModelVector(buffers))
  }

  /// The state's tensors in state order, as checkpoints hold them.
  public var namedTensors: [NamedTensor] {
    let (parameters, buffers) = (parameters.floats, self.buffers.floats)
    return space.entries.indices.map { index in
      let entry = space.entries[index]
      let source = entry.role.isTrainable ? parameters : buffers
      return NamedTensor(
        name: entry.name, shape: entry.shape, values: .float32(Array(source[space.range(of: index)])))
    }
  }
}

extension NamedTensor {
  /// Whether it is PyTorch's counter of the batches that a normalisation has seen.
  public var isBatchCounter: Bool { name.hasSuffix("num_batches_tracked") }
}
