import Foundation
public import ThalwegSurfaces

/// How differently two networks judge the same examples: two points far apart may be the same function.
///
/// Let `pᵢ` and `qᵢ` be the two networks' probabilities (softmax of the logits) for example `i`. Errors are for the population
/// from which the examples were drawn.
///
/// Source: Im, Tao, Branson (2016), An empirical analysis of the optimization of deep network loss surfaces.
public struct FunctionalDistance: Sendable, Equatable, Codable {
  /// Mean of `‖pᵢ − qᵢ‖₂`, at most √2.
  public let euclidean: Estimate
  /// Mean of `‖pᵢ − qᵢ‖₁`, at most 2; half of it is the total variation.
  public let absolute: Estimate
  /// Share of the examples for which the most probable classes differ.
  public let disagreement: Estimate

  /// Compares two networks by their logits, example after example; `nil` when a logit is not finite.
  ///
  /// Of equal logits the first counts as the largest.
  public init?(logits first: [Float], _ second: [Float], classCount: Int) {
    precondition(
      classCount > 0 && first.count == second.count && !first.isEmpty && first.count % classCount == 0,
      "\(first.count) and \(second.count) logits of \(classCount) classes don't compare")
    guard first.allSatisfy(\.isFinite), second.allSatisfy(\.isFinite) else { return nil }
    var (lengths, sums): ([Double], [Double]) = ([], [])
    var differing = 0
    for start in stride(from: 0, to: first.count, by: classCount) {
      let (p, pBest) = Self.probabilities(first[start..<start + classCount])
      let (q, qBest) = Self.probabilities(second[start..<start + classCount])
      let differences = zip(p, q).map { $0 - $1 }
      lengths.append(differences.reduce(0) { $0 + $1 * $1 }.squareRoot())
      sums.append(differences.reduce(0) { $0 + abs($1) })
      differing += pBest == qBest ? 0 : 1
    }
    euclidean = Estimate(meanOf: lengths)
    absolute = Estimate(meanOf: sums)
    disagreement = Estimate(share: differing, of: lengths.count)
  }

  private static func probabilities(_ logits: ArraySlice<Float>) -> (values: [Double], best: Int) {
    var best = logits.startIndex
    for index in logits.indices where logits[index] > logits[best] { best = index }
    let powers = logits.map { exp(Double($0) - Double(logits[best])) }
    let total = powers.reduce(0, +)
    return (powers.map { $0 / total }, best - logits.startIndex)
  }
}
