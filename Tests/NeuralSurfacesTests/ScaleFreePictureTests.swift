import Testing
import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces
import ThalwegSurveys

@Suite("Pictures of scale-free networks")
struct ScaleFreePictureTests {
  /// Two normalised layers. What is added to variances is so small that it is lost beside them.
  static func network() throws -> Network {
    try Network(
      name: "scale-free", inputShape: [64], classCount: 10,
      layers: [
        Dense("fc1", units: 12), BatchNorm("bn1", epsilon: 1e-30), Activation.relu,
        Dense("fc2", units: 8), BatchNorm("bn2", epsilon: 1e-30), Activation.relu, Dense("fc3", units: 10),
      ])
  }

  static func picture(_ state: ModelState, _ surface: NeuralSurface) throws -> [Double?] {
    let family = RandomDirection(seed: 5)
    let axis = Axis(lower: -1, upper: 1, count: 7)
    let survey = SurfaceSurvey(
      centre: state, directions: [try family.direction(0, at: state), try family.direction(1, at: state)],
      axes: [axis, axis])
    var losses = [Double?](repeating: nil, count: 49)
    _ = try survey.run(with: surface.makeEvaluator()) { for result in $0 { losses[result.index] = result.loss } }
    return losses
  }

  @Test("scaling the units of normalised layers by powers of two leaves every bit of the picture as it was")
  func unitsScaled() throws {
    let network = try Self.network()
    let data = try SmallProblem().dataset
    let surface = try NeuralSurface(
      network: network, dataset: data, normalisation: .mnist, policy: .batch(size: 45),
      compute: ComputeOptions(threadCount: 1))
    let state = network.initialState(seed: 3)
    var scaled = state
    var scaledCount = 0
    for tensor in network.space.entries.indices {
      let entry = network.space.entries[tensor]
      guard entry.name.hasPrefix("fc1") || entry.name.hasPrefix("fc2") else { continue }
      let range = network.space.range(of: tensor)
      let inner = entry.count / entry.shape[0]
      for unit in 0..<entry.shape[0] {
        // The bias goes with its weights: both are what the normalisation divides by.
        let rows = range.lowerBound + unit * inner..<range.lowerBound + (unit + 1) * inner
        scaled.parameters.scale(rows, by: [0.25, 2, 8][unit % 3])
        scaledCount += 1
      }
    }
    #expect(scaledCount == 40 && scaled != state)
    let (before, after) = (try Self.picture(state, surface), try Self.picture(scaled, surface))
    #expect(before.allSatisfy { $0 != nil } && Set(before.compactMap { $0 }).count == 49)
    // Directions are divided by their drawn length plus 10⁻¹⁰ whatever the scale, so that powers of two pass through
    // every operation without a rounding.
    #expect(before == after)
    let raw = RandomDirection(seed: 5, normalisation: .none)
    #expect(try raw.direction(0, at: state) == raw.direction(0, at: scaled))
  }
}
