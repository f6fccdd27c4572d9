public import ThalwegGraphs
import ThalwegSurfaces

/// Batch normalisation of each channel: `γ (x − μ) / √(v + ε) + β`.
///
/// Under ``NormalisationStatistics/running`` it is a per-channel affine map whose two factors are computed from the state
/// once for a whole batch; an engine folds it into the convolution before it.
///
/// Source: Ioffe and Szegedy (2015), Batch normalization, ICML.
public struct BatchNorm: Layer {
  /// Name of the module: `NAME.weight` (γ), `NAME.bias` (β), `NAME.running_mean`, `NAME.running_var`.
  public let name: String
  /// Added to the variance.
  public let epsilon: Double

  /// A normalisation. γ begins as 1, β as 0, the running mean as 0 and the running variance as 1.
  public init(_ name: String, epsilon: Double = 1e-5) {
    self.name = name
    self.epsilon = epsilon
  }

  /// Appends the normalisation.
  public func apply(to x: Value, in builder: inout NetworkBuilder) throws(NetworkError) -> Value {
    let full = builder.fullName(name)
    let channels = [builder.shape(of: x)[0]]
    let gamma = try builder.parameter("\(name).weight", channels, role: .normScale, initialiser: .constant(1))
    let beta = try builder.parameter("\(name).bias", channels, role: .normShift, initialiser: .constant(0))
    let mean = try builder.buffer(
      "\(name).running_mean", channels, role: .runningMean, initialiser: .constant(0))
    let variance = try builder.buffer(
      "\(name).running_var", channels, role: .runningVariance, initialiser: .constant(1))
    builder.noteNormalised(x, by: full)

    if let mean, let variance {
      let stabilised = builder.graph.shift(variance, by: epsilon)
      let scale = builder.graph.multiply(gamma, builder.graph.append(.power(-0.5), stabilised))
      let shift = builder.graph.subtract(beta, builder.graph.multiply(mean, scale))
      return builder.graph.named(.channelAffine, x, scale, shift)
    }
    let results = builder.graph.append(.named(.batchNormalisation(epsilon: epsilon)), [x, gamma, beta])
    builder.graph.output("batchMean.\(full)", results[1])
    builder.graph.output("batchVariance.\(full)", results[2])
    return results[0]
  }
}
