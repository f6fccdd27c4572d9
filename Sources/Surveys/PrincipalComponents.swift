import ThalwegLinearAlgebra
public import ThalwegSurfaces

/// From where the principal components of a series of states are taken.
public enum PrincipalOrigin: String, Sendable, Codable, CaseIterable {
  /// The mean of the states: the components explain their variance.
  case mean
  /// The last state: the components explain the squared differences from it.
  case last
}

/// The principal components of a series of states, such as the checkpoints of a training run.
///
/// With the rows `dᵢ = θᵢ − origin`, the components are the eigenvectors of `Σ dᵢ dᵢᵀ`. They are found through the Gram
/// matrix `dᵢ · dⱼ`, as large as the series is long, in `Double`: no matrix over the parameters is ever formed, and only a
/// block of states is in memory at a time. A component's *share* is its eigenvalue over the sum of all. Its sign is the one
/// that gives the state farthest from the origin along it a positive score.
///
/// Products are those of the parameters; buffers follow by the same combination of states.
///
/// Sources: Gallagher (2000), Multi-layer perceptron error surfaces (mean); Li, Xu, Taylor, Studer, Goldstein (2018),
/// Visualizing the loss landscape of neural nets (last).
public struct PrincipalComponents: Sendable {
  /// From where the components are taken.
  public let origin: PrincipalOrigin
  /// The share of each component, the largest first. Components that rounding alone could have made are left out.
  public let shares: [Double]
  /// For each state its coordinates along the components, which have length 1.
  public let scores: [[Double]]
  /// For each state its distance from the origin.
  public let distances: [Double]
  /// For each component the weight of each state's difference from the last state.
  private let weights: [[Double]]

  /// Finds the components of `count` states.
  ///
  /// - Parameters:
  ///   - count: Number of states, at least 2.
  ///   - origin: From where the components are taken.
  ///   - blockBytes: Memory for states in `Double`; with fewer than all, each is asked for more than once.
  ///   - state: Gives a state by its index, the same bits every time.
  /// - Throws: ``DirectionError`` when the states don't fit each other, are not finite or are all equal; errors of
  ///   `state` and of the eigenvalues.
  /// - Complexity: O(count² · n) for n parameters, and O(count³).
  public init(
    of count: Int, from origin: PrincipalOrigin, blockBytes: Int = 1 << 30, state: (Int) throws -> ModelState
  ) throws {
    precondition(count >= 2, "\(count) states have no components")
    let last = try state(count - 1)
    let block = max(1, blockBytes / max(1, 8 * last.space.parameterCount))
    var gram = try Self.gram(count, last.parameters.doubles, block: block) { index in
      let other = try state(index)
      guard other.space == last.space else { throw DirectionError.otherSpace }
      return other.parameters.doubles
    }
    guard gram.trace.isFinite else { throw DirectionError.notFinite(name: "one of the states") }
    if origin == .mean { gram = Self.centred(gram) }
    let total = gram.trace
    guard total > 0 else { throw DirectionError.vanishes }
    let eigen = try SymmetricEigendecomposition(of: gram)
    // Eigenvalues of a Gram matrix of rounded sums err by about its size times ε, relative to the largest.
    let floor = 4 * Double(count) * .ulpOfOne * (eigen.values.last ?? 0)
    let order = eigen.values.indices.reversed().filter { eigen.values[$0] > floor }
    var columns: [[Double]] = []
    for index in order {
      let vector = eigen.vectors.column(index)
      let largest = vector.max { abs($0) < abs($1) } ?? 0
      columns.append(largest < 0 ? vector.map { -$0 } : vector)
    }
    let roots = order.map { eigen.values[$0].squareRoot() }
    self.origin = origin
    shares = order.map { eigen.values[$0] / total }
    scores = (0..<count).map { row in zip(columns, roots).map { $0[row] * $1 } }
    distances = (0..<count).map { max(0, gram[$0, $0]).squareRoot() }
    weights = zip(columns, roots).map { column, root in column.map { $0 / root } }
  }

  /// The distance of each state from the plane of the first `dimension` components, or line or space.
  public func distances(fromFirst dimension: Int) -> [Double] {
    zip(distances, scores).map { distance, scores in
      let inside = scores.prefix(dimension).reduce(0) { $0 + $1 * $1 }
      return max(0, distance * distance - inside).squareRoot()
    }
  }

  /// The origin, and the first `dimension` components as directions of length 1 that move buffers as well.
  ///
  /// - Parameters:
  ///   - dimension: How many, at least 1.
  ///   - state: The states of which the components were found.
  /// - Throws: ``DirectionError/tooFewComponents(found:expected:)``, and errors of `state`.
  /// - Complexity: Asks for every state once.
  public func frame(
    dimension: Int, state: (Int) throws -> ModelState
  ) throws -> (origin: ModelState, directions: [Displacement]) {
    guard shares.count >= dimension else {
      throw DirectionError.tooFewComponents(found: shares.count, expected: dimension)
    }
    let count = scores.count
    let last = try state(count - 1)
    let mean = Array(repeating: origin == .mean ? 1 / Double(count) : 0, count: count)
    // Weights of a component from the mean sum up to zero, so that the origin cancels and any may be subtracted.
    let factors = [mean] + weights.prefix(dimension)
    let zero = (Array(repeating: 0.0, count: last.parameters.count), Array(repeating: 0.0, count: last.buffers.count))
    var sums = Array(repeating: zero, count: factors.count)
    for index in 0..<count - 1 {
      let other = try state(index)
      let difference = (
        Self.difference(other.parameters, last.parameters), Self.difference(other.buffers, last.buffers)
      )
      for (place, factor) in factors.enumerated() where factor[index] != 0 {
        VectorKernel.add(factor[index], times: difference.0, to: &sums[place].0)
        VectorKernel.add(factor[index], times: difference.1, to: &sums[place].1)
      }
    }
    let precision = last.parameters.precision
    let changes = sums.map { sum in
      Displacement(parameters: Self.vector(sum.0, precision), buffers: Self.vector(sum.1, precision))
    }
    var start = last
    if origin == .mean { start.move(1, along: changes[0]) }
    return (start, Array(changes.dropFirst()))
  }

  /// Where a state lies in a frame that need not be made of it.
  ///
  /// - Parameters:
  ///   - origin: The frame's origin.
  ///   - directions: Its directions, orthogonal and of length 1.
  /// - Returns: The coordinates of the state's projection, its distance from there, and its distance from the origin.
  public static func place(
    of state: ModelState, from origin: ModelState, along directions: [Displacement]
  ) -> (coordinates: [Double], offPlane: Double, distance: Double) {
    let difference = difference(state.parameters, origin.parameters)
    var (rest, coordinates) = (difference, [Double]())
    for direction in directions.map(\.parameters.doubles) {
      coordinates.append(VectorKernel.dot(difference, direction))
      VectorKernel.add(-coordinates[coordinates.count - 1], times: direction, to: &rest)
    }
    return (coordinates, VectorKernel.norm(rest), VectorKernel.norm(difference))
  }

  private static func gram(
    _ count: Int, _ last: [Double], block: Int, parameters: (Int) throws -> [Double]
  ) throws -> Matrix {
    var gram = Matrix(rowCount: count, columnCount: count)
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      var rows: [[Double]] = []
      for index in start..<count {
        let row = zip(try parameters(index), last).map { $0 - $1 }
        if index < end { rows.append(row) }
        for (offset, other) in rows.enumerated() {
          let product = VectorKernel.dot(row, other)
          gram[index, start + offset] = product
          gram[start + offset, index] = product
        }
      }
    }
    return gram
  }

  /// The Gram matrix of the rows' differences from their mean.
  private static func centred(_ gram: Matrix) -> Matrix {
    let count = gram.rowCount
    let means = (0..<count).map { gram.column($0).reduce(0, +) / Double(count) }
    let mean = means.reduce(0, +) / Double(count)
    var result = gram
    for j in 0..<count {
      for i in 0..<count { result[i, j] += mean - means[i] - means[j] }
    }
    return result
  }

  private static func difference(_ first: ModelVector, _ second: ModelVector) -> [Double] {
    zip(first.doubles, second.doubles).map { $0 - $1 }
  }

  private static func vector(_ values: [Double], _ precision: Precision) -> ModelVector {
    precision == .single ? ModelVector(values.map(Float.init)) : ModelVector(values)
  }
}
