import Testing
import ThalwegRandomness
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Lines, planes and patches of checkpoints")
struct CheckpointPlaneTests {
  /// States with parameters and buffers of single precision, as checkpoints have them.
  static let states = (1...4).map { RandomDirectionTests.state(.single, seed: $0) }

  /// A bound on the error of an entry that was reached by a few sums of numbers below 32 in single precision.
  static let rounding = 32 * 8 * Double(Float.ulpOfOne)

  static func expectEqual(_ found: ModelState, _ expected: ModelState, _ comment: String) {
    for (mine, theirs) in [(found.parameters, expected.parameters), (found.buffers, expected.buffers)] {
      let worst = zip(mine.doubles, theirs.doubles).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= rounding, "\(comment)")
    }
  }

  @Test("the corners of a plane are its checkpoints, with their buffers, at their true distances")
  func planeCorners() throws {
    let states = Self.states
    let plane = try CheckpointPlane(through: states[0], states[1], states[2])
    #expect(plane.corners[0] == [0, 0] && plane.corners[1][1] == 0 && plane.corners[2][1] > 0)
    for (corner, state) in zip(plane.corners, states) {
      var point = plane.origin
      for (coordinate, direction) in zip(corner, plane.directions) { point.move(coordinate, along: direction) }
      Self.expectEqual(point, state, "corner at \(corner)")
    }
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
      let drawn = zip(plane.corners[i], plane.corners[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let distance = try Displacement(from: states[i], to: states[j], moving: .weights).parameters.norm()
      // Coordinates are sums over some 200 entries, each rounded to single precision.
      #expect(abs(drawn.squareRoot() / distance - 1) < 1e-6)
    }
  }

  @Test("a plane's directions have length 1 and are perpendicular")
  func planeIsOrthonormal() throws {
    let plane = try CheckpointPlane(through: Self.states[0], Self.states[1], Self.states[2])
    let (x, y) = (plane.directions[0].parameters, plane.directions[1].parameters)
    // Entries are rounded to single precision; 200 independent roundings leave less than one of the whole.
    for value in [x.norm() - 1, y.norm() - 1, x.dot(y)] { #expect(abs(value) < Double(Float.ulpOfOne)) }
  }

  @Test("the middle of a plane's triangle is the mean of its checkpoints")
  func barycentre() throws {
    let states = Array(Self.states.prefix(3))
    let plane = try CheckpointPlane(through: states[0], states[1], states[2])
    var point = plane.origin
    for axis in 0..<2 {
      point.move(plane.corners.reduce(0) { $0 + $1[axis] } / 3, along: plane.directions[axis])
    }
    var mean = states[0]
    for state in states.dropFirst() {
      mean.parameters.add(1, state.parameters)
      mean.buffers.add(1, state.buffers)
    }
    mean.parameters.scale(by: 1.0 / 3)
    mean.buffers.scale(by: 1.0 / 3)
    Self.expectEqual(point, mean, "the mean")
  }

  @Test("three checkpoints on a line, or two that are equal, have no plane")
  func degenerate() {
    let surface = FormulaSurface.quadratic(matrix: [[1, 0], [0, 1]], centre: [0, 0])
    let points = [[0.0, 0], [1, 2], [-2, -4]].map(surface.point)
    #expect(throws: DirectionError.parallel) {
      try CheckpointPlane(through: points[0], points[1], points[2])
    }
    #expect(throws: DirectionError.vanishes) {
      try CheckpointPlane(through: points[0], points[0], points[1])
    }
  }

  @Test("the corners of a bilinear patch are its checkpoints to the last bit, and its middle is their mean")
  func patch() throws {
    let grid = try BilinearGrid(corners: Self.states, movesBuffers: true, coordinates: [[0, 0.5, 1], [0, 0.5, 1]])
    var point = grid.centre
    for (index, state) in zip([0, 2, 6, 8], Self.states) {
      grid.write(index, to: &point)
      #expect(point == state)
    }
    grid.write(4, to: &point)
    var mean = Self.states[0]
    mean.parameters.scale(by: 0.25)
    mean.buffers.scale(by: 0.25)
    for state in Self.states.dropFirst() {
      mean.parameters.add(0.25, state.parameters)
      mean.buffers.add(0.25, state.buffers)
    }
    #expect(point == mean)
    let still = try BilinearGrid(corners: Self.states, movesBuffers: false, coordinates: [[1], [1]])
    still.write(0, to: &point)
    #expect(point.parameters == Self.states[3].parameters && point.buffers == Self.states[0].buffers)
  }

  @Test("the surface of a quadratic over a patch is exact, though the patch is no plane")
  func quadraticPatch() throws {
    let surface = FormulaSurface.quadratic(matrix: [[2, 0], [0, 8]], centre: [0, 0])
    let corners = [[0.0, 0], [2, 0], [0, 1], [4, 3]].map(surface.point)
    let grid = try BilinearGrid(corners: corners, movesBuffers: false, coordinates: [[0, 0.5, 1], [0, 0.5, 1]])
    var losses = [Double?](repeating: nil, count: 9)
    _ = try SurfaceSurvey(grid).run(with: surface.makeEvaluator()) {
      for result in $0 { losses[result.index] = result.loss }
    }
    // x² + 4 y² at (0,0) (1,0) (2,0), (0,½) (1½,1) (3,1½), (0,1) (2,2) (4,3).
    #expect(losses == [0, 1, 4, 1, 6.25, 18, 4, 20, 52])
  }

  @Test("a direction made perpendicular to another keeps its length and the plane of both")
  func orthogonalised() throws {
    let first = Displacement(parameters: ModelVector([3.0, 0]), buffers: ModelVector([1.0]))
    let second = Displacement(parameters: ModelVector([3.0, 4]), buffers: ModelVector([2.0]))
    let made = try second.orthogonalised(to: first)
    // (3, 4) − (3, 0) = (0, 4), stretched by 5/4; the buffer 2 − 1 with it.
    #expect(made.parameters.doubles == [0, 5] && made.buffers?.doubles == [1.25])
    #expect(throws: DirectionError.parallel) { try first.orthogonalised(to: first) }
    let random = RandomDirection(seed: 3)
    let state = RandomDirectionTests.state(.single)
    let (x, y) = (try random.direction(0, at: state), try random.direction(1, at: state))
    let turned = try y.orthogonalised(to: x)
    #expect(abs(turned.cosine(with: x) ?? 1) < Double(Float.ulpOfOne))
    #expect(abs(turned.parameters.norm() / y.parameters.norm() - 1) < Double(Float.ulpOfOne))
  }
}
