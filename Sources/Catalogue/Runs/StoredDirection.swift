import ThalwegCheckpoints
import ThalwegFiles
public import ThalwegSurfaces
public import ThalwegSurveys

/// A direction that lies in a file: tensors with the names and shapes of a network's parameters.
///
/// Parameters without a tensor in the file don't move. `thalweg eigen --store-vectors` writes such files.
public struct StoredDirection: Sendable {
  /// The direction.
  public let displacement: Displacement
  /// SHA-256 of the file.
  public let hash: String

  /// Reads a direction, and fits its lengths to a state.
  ///
  /// - Parameters:
  ///   - path: A file of safetensors, or another checkpoint.
  ///   - state: The state that is to move.
  ///   - normalisation: `none` takes the file's numbers as they are. By filter and by layer, lengths are fitted as those
  ///     of random directions are, and tensors of rank 0 and 1 don't move.
  /// - Throws: ``CheckpointMismatch`` for a tensor that is no parameter of the network, `DirectionError` for a direction
  ///   that is zero or not finite, and errors of files.
  public init(
    path: String, at state: ModelState, network: String, normalisation: DirectionNormalisation
  ) throws {
    let file = try Checkpoint.read(path)
    var direction = ModelVector(zeros: state.space.parameterCount, precision: state.parameters.precision)
    let family = RandomDirection(seed: 0, normalisation: normalisation)
    for tensor in file.tensors where !tensor.isBatchCounter {
      guard let index = state.space.index(of: tensor.name), state.space.entries[index].role.isTrainable else {
        throw CheckpointMismatch.unexpected(
          tensor: tensor.name, found: tensor.shape, network: "the parameters of \(network)", path: path)
      }
      let entry = state.space.entries[index]
      guard tensor.shape == entry.shape else {
        throw CheckpointMismatch.shape(tensor: entry.name, expected: entry.shape, found: tensor.shape, path: path)
      }
      var part: [Double]
      switch tensor.values {
      case .float32(let values): part = values.map(Double.init)
      case .float64(let values): part = values
      default:
        throw CheckpointMismatch.elementType(tensor: entry.name, found: tensor.storedType.rawValue, path: path)
      }
      guard part.allSatisfy(\.isFinite) else { throw DirectionError.notFinite(name: entry.name) }
      if normalisation != .none {
        guard entry.shape.count > 1 else { continue }
        family.fit(&part, to: state.values(of: index), entry: entry)
      }
      for (position, value) in zip(state.space.range(of: index), part) { direction[position] = value }
    }
    guard direction.norm() > 0 else { throw DirectionError.vanishes }
    displacement = Displacement(parameters: direction)
    hash = try sha256(ofFile: path)
  }
}
