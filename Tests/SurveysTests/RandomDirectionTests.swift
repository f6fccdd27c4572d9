import Testing
import ThalwegRandomness
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Random directions")
struct RandomDirectionTests {
  /// A small network: filters, a transposed dense weight with its units on the second axis, small tensors,
  /// buffers.
  static let space = StateSpace(entries: [
    StateEntry(name: "conv.weight", shape: [6, 3, 3, 3], role: .filter, unitAxis: 0),
    StateEntry(name: "bn.weight", shape: [6], role: .normScale, unitAxis: 0),
    StateEntry(name: "bn.bias", shape: [6], role: .normShift, unitAxis: 0),
    StateEntry(name: "bn.running_mean", shape: [6], role: .runningMean),
    StateEntry(name: "dense.weight", shape: [5, 4], role: .denseWeight, unitAxis: 1),
    StateEntry(name: "dense.bias", shape: [4], role: .bias, unitAxis: 0),
  ])

  static func state(_ precision: Precision, seed: UInt64 = 1) -> ModelState {
    var state = ModelState(zerosOf: space, precision: precision)
    var random = RandomStream(seed: seed)
    for i in 0..<state.parameters.count { state.parameters[i] = 3 * random.normal() }
    for i in 0..<state.buffers.count { state.buffers[i] = random.normal() }
    return state
  }

  /// The positions of each unit's numbers in the parameter vector, written down independently.
  static var units: [[Int]] {
    let filters = (0..<6).map { unit in (0..<27).map { unit * 27 + $0 } }
    let neurons = (0..<4).map { unit in (0..<5).map { 162 + 12 + $0 * 4 + unit } }
    return filters + neurons
  }

  static func length(_ vector: ModelVector, _ positions: [Int]) -> Double {
    positions.reduce(0) { $0 + vector[$1] * vector[$1] }.squareRoot()
  }

  @Test(
    "Every filter and neuron has the length of its parameters to 1e-6",
    arguments: [Precision.single, .double])
  func filterLengths(precision: Precision) throws {
    let state = Self.state(precision)
    let direction = try RandomDirection(seed: 5).direction(0, at: state)
    #expect(direction.parameters.precision == precision)
    for unit in Self.units {
      let target = Self.length(state.parameters, unit)
      #expect(abs(Self.length(direction.parameters, unit) / target - 1) < 1e-6)
    }
  }

  @Test("Small tensors stay by default, and move with their own length and not their own values on request")
  func smallTensors() throws {
    let state = Self.state(.double)
    let still = try RandomDirection(seed: 5).direction(0, at: state)
    let moving = try RandomDirection(seed: 5, smallTensors: .random).direction(0, at: state)
    for (entry, range) in Self.space.parameters where entry.shape.count == 1 {
      #expect(range.allSatisfy { still.parameters[$0] == 0 })
      let target = state.parameters.norm(over: range)
      #expect(abs(moving.parameters.norm(over: range) / target - 1) < 1e-6)
      let cosine = moving.parameters.dot(state.parameters, over: range) / (target * target)
      #expect(abs(cosine) < 0.99)
    }
    for (entry, range) in Self.space.parameters where entry.shape.count > 1 {
      #expect(range.allSatisfy { still.parameters[$0] == moving.parameters[$0] }, "\(entry.name)")
    }
    #expect(still.buffers == nil && moving.buffers == nil)
  }

  @Test("By tensor, every tensor has its length, and its units do not")
  func tensorLengths() throws {
    let state = Self.state(.double)
    let direction = try RandomDirection(seed: 5, normalisation: .tensor).direction(0, at: state)
    for (entry, range) in Self.space.parameters where entry.shape.count > 1 {
      #expect(abs(direction.parameters.norm(over: range) / state.parameters.norm(over: range) - 1) < 1e-6)
    }
    let ratios = Self.units.map { Self.length(direction.parameters, $0) / Self.length(state.parameters, $0) }
    #expect((ratios.max() ?? 0) - (ratios.min() ?? 0) > 0.01)
  }

  @Test("By layer, the tensors of a layer together have their length, and each alone does not")
  func layerLengths() throws {
    let state = Self.state(.double)
    let family = RandomDirection(seed: 5, normalisation: .layer, smallTensors: .random)
    let direction = try family.direction(0, at: state)
    for layer in ["conv.", "bn.", "dense."] {
      let ranges = Self.space.parameters.filter { $0.entry.name.hasPrefix(layer) }.map(\.range)
      let found = Self.length(direction.parameters, ranges.flatMap { $0 })
      #expect(abs(found / Self.length(state.parameters, ranges.flatMap { $0 }) - 1) < 1e-6)
      guard let first = ranges.first, ranges.count > 1 else { continue }
      #expect(abs(direction.parameters.norm(over: first) / state.parameters.norm(over: first) - 1) > 1e-3)
    }
    // Where small tensors stay, a layer is its one tensor.
    let alone = try RandomDirection(seed: 5, normalisation: .layer).direction(0, at: state)
    #expect(try alone == RandomDirection(seed: 5, normalisation: .tensor).direction(0, at: state))
  }

  @Test("By weight, every entry is a standard normal number times the parameter's magnitude")
  func weights() throws {
    let state = Self.state(.double)
    let scaled = try RandomDirection(seed: 5, normalisation: .weight).direction(0, at: state)
    let raw = try RandomDirection(seed: 5, normalisation: .none).direction(0, at: state)
    for i in 0..<raw.parameters.count {
      #expect(scaled.parameters[i] == raw.parameters[i] * abs(state.parameters[i]))
    }
  }

  @Test("Without normalisation the entries are standard normal and don't depend on the state")
  func raw() throws {
    let entry = StateEntry(name: "w", shape: [200, 200], role: .denseWeight, unitAxis: 0)
    var state = ModelState(zerosOf: StateSpace(entries: [entry]), precision: .double)
    let directions = RandomDirection(seed: 9, normalisation: .none)
    let first = try directions.direction(0, at: state)
    state.parameters[0] = 100
    #expect(try directions.direction(0, at: state) == first)
    let n = 40_000.0
    let mean = first.parameters.doubles.reduce(0, +) / n
    // Five standard errors: 1/√n of the mean, √(2/n) of the mean square.
    #expect(abs(mean) < 5 / n.squareRoot())
    #expect(abs(first.parameters.dot(first.parameters) / n - 1) < 5 * (2 / n).squareRoot())
  }

  @Test("Scaling a filter scales its part of the direction and no other")
  func followsScale() throws {
    var state = Self.state(.double)
    let before = try RandomDirection(seed: 5).direction(3, at: state)
    for i in Self.units[2] { state.parameters[i] *= 8 }
    let after = try RandomDirection(seed: 5).direction(3, at: state)
    for i in 0..<before.parameters.count {
      let factor = Self.units[2].contains(i) ? 8.0 : 1
      #expect(after.parameters[i] == factor * before.parameters[i])
    }
  }

  @Test("Seed, index and tensor each give other numbers, and the same ones give the same bits")
  func streams() throws {
    let state = Self.state(.double)
    let directions = RandomDirection(seed: 5)
    let first = try directions.direction(0, at: state)
    #expect(try directions.direction(0, at: state) == first)
    #expect(try directions.direction(1, at: state) != first)
    #expect(try RandomDirection(seed: 6).direction(0, at: state) != first)
  }

  @Test("A formula's coordinates move together, with the length of the point")
  func coordinates() throws {
    let point = FormulaSurface.quadratic(matrix: [[1, 0], [0, 1]], centre: [0, 0]).point([3, 4])
    for normalisation in [DirectionNormalisation.filter, .tensor, .layer] {
      let direction = try RandomDirection(seed: 2, normalisation: normalisation).direction(0, at: point)
      #expect(abs(direction.parameters.norm() - 5) < 5e-6)
      #expect(abs(direction.parameters[0]) != 3)
    }
    let raw = try RandomDirection(seed: 2, normalisation: .none).direction(0, at: point)
    #expect(raw.parameters.norm() != 5)
  }

  @Test("A direction that would be zero, or fitted to what is no number, is an error")
  func refuses() throws {
    let origin = ModelState(zerosOf: Self.space, precision: .single)
    #expect(throws: DirectionError.vanishes) { try RandomDirection(seed: 1).direction(0, at: origin) }
    var broken = Self.state(.single)
    broken.parameters[170] = .nan
    #expect(throws: DirectionError.notFinite(name: "bn.bias")) {
      try RandomDirection(seed: 1, smallTensors: .random).direction(0, at: broken)
    }
  }

  @Test("A direction between two states leads from the first to the second, with buffers only on request")
  func between() throws {
    let (first, second) = (Self.state(.double, seed: 1), Self.state(.double, seed: 2))
    let weights = try Displacement(from: first, to: second, moving: .weights)
    let states = try Displacement(from: first, to: second, moving: .states)
    #expect(weights.buffers == nil)
    var end = first
    end.move(1, along: states)
    // One rounding of the difference and one of the sum, of numbers below 16.
    for i in 0..<end.parameters.count {
      #expect(abs(end.parameters[i] - second.parameters[i]) <= 16 * .ulpOfOne)
    }
    for i in 0..<end.buffers.count { #expect(abs(end.buffers[i] - second.buffers[i]) <= 16 * .ulpOfOne) }
    var middle = first
    middle.move(0.5, along: weights)
    #expect(middle.buffers == first.buffers)
    #expect(throws: DirectionError.vanishes) { try Displacement(from: first, to: first, moving: .states) }
    let other = FormulaSurface.quadratic(matrix: [[1]], centre: [0]).point([1])
    #expect(throws: DirectionError.otherSpace) { try Displacement(from: first, to: other, moving: .weights) }
  }
}
