/// Another optimiser from some epoch on. It starts with an empty memory, whatever its predecessor remembered.
///
/// Whether a step belongs to one optimiser or the other follows from its epoch alone, so a run that is cut
/// before, at or after the switch goes on with the same bits.
///
/// Source of the experiment: Im, Tao, Branson (2016), An empirical analysis of the optimization of deep
/// network loss surfaces, arXiv 1612.04010.
public struct OptimiserSwitch: Sendable {
  /// The first epoch of the new optimiser, counted from 0.
  public let epoch: Int
  /// The optimiser from there on.
  public let optimiser: any Optimiser

  /// A switch to `optimiser` at the beginning of `epoch ≥ 1`.
  public init(epoch: Int, to optimiser: any Optimiser) {
    precondition(epoch > 0, "a switch at epoch \(epoch) leaves nothing to the first optimiser")
    self.epoch = epoch
    self.optimiser = optimiser
  }
}
