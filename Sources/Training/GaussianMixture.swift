import Foundation
import ThalwegRandomness

/// A mixture of Gaussians with independent coordinates: a model of where good points are.
public struct GaussianMixture: Sendable, Equatable {
  /// One Gaussian of the mixture.
  public struct Component: Sendable, Equatable {
    /// The share π of the mixture.
    public var weight: Double
    /// The mean μ.
    public var mean: [Double]
    /// The variance of each coordinate, the diagonal of Σ.
    public var variances: [Double]

    /// The square of the distance of `point` from the mean in units of the deviations.
    func squaredDistance(_ point: [Double]) -> Double {
      var total = 0.0
      for i in point.indices { total += (point[i] - mean[i]) * (point[i] - mean[i]) / variances[i] }
      return total
    }

    /// `ln π N(point; μ, Σ)`, up to a constant that all components share.
    func logDensity(_ point: [Double]) -> Double {
      log(weight) - 0.5 * (squaredDistance(point) + variances.reduce(0) { $0 + log($1) })
    }
  }

  /// The Gaussians. Their weights add up to 1.
  public internal(set) var components: [Component]

  /// The share of each component in the density at `point`; they add up to 1.
  public func responsibilities(at point: [Double]) -> [Double] {
    let logs = components.map { $0.logDensity(point) }
    let largest = logs.max() ?? 0
    // A point that is infinitely unlikely everywhere tells nothing.
    guard largest.isFinite else { return components.map(\.weight) }
    let shares = logs.map { exp($0 - largest) }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
  }

  /// A point drawn from the mixture.
  func draw(using random: inout RandomStream) -> [Double] {
    var rest = random.uniform()
    var chosen = components[components.count - 1]
    for component in components {
      rest -= component.weight
      if rest < 0 {
        chosen = component
        break
      }
    }
    return chosen.mean.indices.map { chosen.mean[$0] + chosen.variances[$0].squareRoot() * random.normal() }
  }

  /// Moves the mixture towards `point`: every component by `rate` times its responsibility.
  mutating func learn(_ point: [Double], rate: Double) {
    for (k, responsibility) in responsibilities(at: point).enumerated() {
      components[k].weight += rate * (responsibility - components[k].weight)
      let share = rate * responsibility
      for i in point.indices {
        let distance = point[i] - components[k].mean[i]
        components[k].mean[i] += share * distance
        // A variance of 0 would make every distance infinite.
        components[k].variances[i] = max(
          components[k].variances[i] + share * (distance * distance - components[k].variances[i]),
          .leastNormalMagnitude)
      }
    }
  }

  /// The component from which `point` is the fewest deviations away.
  func nearest(to point: [Double]) -> Component {
    var nearest = (component: components[0], distance: components[0].squaredDistance(point))
    for component in components.dropFirst() {
      let distance = component.squaredDistance(point)
      if distance < nearest.distance { nearest = (component, distance) }
    }
    return nearest.component
  }

  /// Adds a component around `point`. When there are `limit` components already, the least is dropped first.
  mutating func add(at point: [Double], variances: [Double], weight: Double, limit: Int) {
    if components.count >= limit {
      let least = components.indices.min { components[$0].weight < components[$1].weight }
      if let least { components.remove(at: least) }
    }
    components.append(Component(weight: weight, mean: point, variances: variances))
    let total = components.reduce(0) { $0 + $1.weight }
    for k in components.indices { components[k].weight /= total }
  }
}
