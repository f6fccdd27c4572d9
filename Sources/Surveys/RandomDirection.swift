import ThalwegRandomness
public import ThalwegSurfaces

/// Random directions through a state, normalised by filter, tensor, layer or weight, or not at all.
///
/// Entries are independent standard normal numbers. With normalisation by filter, the part `d` of every unit
/// with parameters `θ` becomes `d ‖θ‖ / (‖d‖ + 10⁻¹⁰)`; by tensor and by layer, the same holds for whole tensors
/// and layers, and by weight every entry becomes `d |θ|`. Lengths are Euclidean, over the unit, tensor or layer.
/// Then a network whose filters are scaled up, and whose loss doesn't notice, has a direction that is scaled up as
/// well, and its slice looks the same.
///
/// * Units are counted by the entry's `unitAxis`. A tensor of rank 2 or more without units is one unit.
/// * Tensors of rank 0 and 1 don't move, or move randomly with their own length: see
///   ``SmallTensorTreatment``.
/// * The `coordinate` entries of a formula are single numbers: together they are treated as one tensor with
///   one unit, whatever their number, and always move.
/// * Buffers don't move.
///
/// Every tensor has its own random stream, keyed by seed, direction and tensor: two directions of one seed
/// are independent, and a tensor's entries don't depend on the other tensors.
///
/// Source: Li, Xu, Taylor, Studer, Goldstein (2018), Visualizing the loss landscape of neural nets, NeurIPS.
public struct RandomDirection: Sendable, Hashable, Codable {
  /// Seed of all directions.
  public let seed: UInt64
  /// How lengths are fitted.
  public let normalisation: DirectionNormalisation
  /// What happens to tensors of rank 0 and 1.
  public let smallTensors: SmallTensorTreatment

  /// A family of directions.
  public init(
    seed: UInt64, normalisation: DirectionNormalisation = .filter, smallTensors: SmallTensorTreatment = .zero
  ) {
    self.seed = seed
    self.normalisation = normalisation
    self.smallTensors = smallTensors
  }

  /// Direction number `index ≥ 0` of the family, fitted to `state` and in its precision.
  ///
  /// - Throws: ``DirectionError`` when the parameters are not finite or the direction is zero.
  /// - Complexity: O(n) time for n parameters; beside the result, memory for the largest tensor, by layer for all.
  public func direction(_ index: Int, at state: ModelState) throws(DirectionError) -> Displacement {
    precondition(index >= 0, "no direction has the number \(index)")
    let space = state.space
    var direction = ModelVector(zeros: space.parameterCount, precision: state.parameters.precision)
    var coordinates: [Int] = []
    var layers: [String: [TensorPart]] = [:]
    for tensor in space.entries.indices where space.entries[tensor].role.isTrainable {
      let entry = space.entries[tensor]
      guard entry.role != .coordinate else {
        coordinates.append(contentsOf: space.range(of: tensor))
        continue
      }
      guard entry.shape.count > 1 || smallTensors == .random else { continue }
      let theta = state.values(of: tensor)
      guard theta.allSatisfy(\.isFinite) else { throw .notFinite(name: entry.name) }
      var stream = RandomStream(seed: seed, UInt64(index), UInt64(tensor))
      var part = theta.map { _ in stream.normal() }
      let range = space.range(of: tensor)
      if normalisation == .layer {
        layers[Self.layer(of: entry), default: []].append((range, part, theta))
      } else {
        fit(&part, to: theta, entry: entry)
        for (position, value) in zip(range, part) { direction[position] = value }
      }
    }
    for parts in layers.values { Self.write(parts, to: &direction) }
    try moveCoordinates(coordinates, index: index, state: state, direction: &direction)
    guard direction.norm() > 0 else { throw .vanishes }
    return Displacement(parameters: direction)
  }

  /// A tensor's place in the vector, its drawn entries and its parameters.
  private typealias TensorPart = (range: Range<Int>, drawn: [Double], theta: [Double])

  /// The name up to the last dot.
  private static func layer(of entry: StateEntry) -> String {
    entry.name.lastIndex(of: ".").map { String(entry.name[..<$0]) } ?? entry.name
  }

  /// Fits the parts of a layer to the length of its tensors together.
  private static func write(_ parts: [TensorPart], to direction: inout ModelVector) {
    var drawn = parts.flatMap(\.drawn)
    scale(&drawn, at: drawn.indices, to: parts.flatMap(\.theta))
    for (position, value) in zip(parts.flatMap(\.range), drawn) { direction[position] = value }
  }

  /// Fits the lengths of a tensor's part to those of the parameters `theta` of `entry`, which by layer is taken to be
  /// the only tensor of its layer.
  package func fit(_ part: inout [Double], to theta: [Double], entry: StateEntry) {
    switch normalisation {
    case .none:
      return
    case .filter:
      if let axis = entry.unitAxis, entry.shape.count > 1 {
        let units = entry.shape[axis]
        let inner = entry.shape[(axis + 1)...].reduce(1, *)
        for unit in 0..<units {
          let members = stride(from: unit * inner, to: part.count, by: units * inner).lazy
            .flatMap { $0..<$0 + inner }
          Self.scale(&part, at: members, to: theta)
        }
      } else {
        Self.scale(&part, at: part.indices, to: theta)
      }
    case .tensor, .layer:
      Self.scale(&part, at: part.indices, to: theta)
    case .weight:
      for i in part.indices { part[i] *= abs(theta[i]) }
    }
  }

  /// `d ← d ‖θ‖ / (‖d‖ + 10⁻¹⁰)` over `members`. The constant keeps a direction of length zero from dividing
  /// by it.
  private static func scale(_ part: inout [Double], at members: some Sequence<Int>, to theta: [Double]) {
    var (length, target) = (0.0, 0.0)
    for i in members {
      length += part[i] * part[i]
      target += theta[i] * theta[i]
    }
    let factor = target.squareRoot() / (length.squareRoot() + 1e-10)
    for i in members { part[i] *= factor }
  }

  private func moveCoordinates(
    _ positions: [Int], index: Int, state: ModelState, direction: inout ModelVector
  ) throws(DirectionError) {
    guard !positions.isEmpty else { return }
    let theta = positions.map { state.parameters[$0] }
    guard theta.allSatisfy(\.isFinite) else { throw .notFinite(name: "coordinates") }
    var stream = RandomStream(seed: seed, UInt64(index), UInt64.max)  // The key of no tensor.
    var part = theta.map { _ in stream.normal() }
    switch normalisation {
    case .none: break
    case .weight: for i in part.indices { part[i] *= abs(theta[i]) }
    case .filter, .tensor, .layer: Self.scale(&part, at: part.indices, to: theta)
    }
    for (position, value) in zip(positions, part) { direction[position] = value }
  }
}
