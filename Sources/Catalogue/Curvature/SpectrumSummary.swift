import Foundation
public import ThalwegSpectra

/// What the draws of one checkpoint say of its spectrum, in numbers.
///
/// A draw's outermost nodes approach the outermost eigenvalues from within, so that a mean over draws may be a little too
/// small in magnitude; the outermost node of all draws is a bound.
public struct SpectrumSummary: Sendable, Equatable, Codable {
  /// Number of draws.
  public let drawCount: Int
  /// The largest eigenvalue, λ₁.
  public let largest: DrawMean
  /// The largest node of all draws, at most λ₁ for a symmetric matrix.
  public let largestNode: Double
  /// Number of classes K.
  public let classCount: Int
  /// The eigenvalue of rank K, from the draws' K-th largest nodes; `nil` where a draw has fewer.
  public let classEigenvalue: DrawMean?
  /// λ₁/λ_K.
  public let ratio: DrawMean?
  /// The smallest eigenvalue.
  public let smallest: DrawMean
  /// The smallest node of all draws.
  public let smallestNode: Double
  /// Share of eigenvalues below 0; many of them may be zero up to rounding.
  public let negativeShare: DrawMean
  /// Share of eigenvalues below −σ: those that the kernel tells from 0.
  public let clearlyNegativeShare: DrawMean
  /// The kernel's standard deviation σ.
  public let kernelDeviation: Double
  /// The trace: the mean eigenvalue times the dimension.
  public let trace: DrawMean

  /// The summary of at least one draw.
  init(_ draws: [QuadratureDraw], dimension: Int, classCount: Int, variance: Double) {
    func nodes(_ rank: Int) -> [Double]? {
      let found = draws.compactMap { $0.nodes.count >= rank ? $0.nodes[$0.nodes.count - rank] : nil }
      return found.count == draws.count ? found : nil
    }
    drawCount = draws.count
    self.classCount = classCount
    let top = draws.map { $0.nodes.last ?? 0 }
    largest = DrawMean(of: top)
    let extent = draws.extent
    (largestNode, smallestNode) = (extent.upperBound, extent.lowerBound)
    let ranked = nodes(classCount)
    classEigenvalue = ranked.map { DrawMean(of: $0) }
    ratio = ranked.flatMap { $0.allSatisfy { $0 > 0 } ? DrawMean(of: zip(top, $0).map { $0 / $1 }) : nil }
    smallest = DrawMean(of: draws.map { $0.nodes.first ?? 0 })
    negativeShare = draws.negativeShare()
    kernelDeviation = variance.squareRoot()
    clearlyNegativeShare = draws.negativeShare(below: kernelDeviation)
    let n = Double(dimension)
    trace = DrawMean(of: draws.map { draw in n * draw.integral { $0 } })
  }

  /// A few lines for people.
  var lines: [String] {
    func percent(_ share: DrawMean) -> String {
      uncertainText(100 * share.value, share.standardError.map { 100 * $0 }) + " %"
    }
    let order = "λ\(subscripts(classCount))"
    var lines = [
      "largest      λ₁ = \(uncertainText(largest)); largest node of all draws \(significant(largestNode))"
    ]
    if let classEigenvalue {
      let ratio = ratio.map { "; λ₁/\(order) = \(uncertainText($0))" } ?? ""
      lines.append("             \(order) = \(uncertainText(classEigenvalue))\(ratio)")
    }
    lines += [
      "smallest     \(uncertainText(smallest)); smallest node of all draws \(significant(smallestNode))",
      "negative     \(percent(negativeShare)) of the eigenvalues; \(percent(clearlyNegativeShare)) are below −σ = "
        + "−\(significant(kernelDeviation, 3))",
      "trace        \(uncertainText(trace))",
      drawCount > 1
        ? "             ±: one standard error over \(drawCount) draws"
        : "             no standard errors: one draw cannot tell how draws vary",
    ]
    return lines
  }
}

/// A number in small digits below the line.
func subscripts(_ number: Int) -> String {
  String(String.UnicodeScalarView(String(number).unicodeScalars.compactMap { Unicode.Scalar($0.value + 0x2050) }))
}
