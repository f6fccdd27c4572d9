import ThalwegSpectra

/// Eigenvalues, and what is needed to believe them.
public struct EigenResult: Sendable, Equatable, Codable {
  /// The end of the spectrum to which an eigenvalue belongs.
  public enum End: String, Sendable, Codable {
    /// The upper end.
    case largest
    /// The lower end.
    case smallest
  }

  /// One eigenvalue.
  public struct Pair: Sendable, Equatable, Codable {
    /// The end to which it belongs.
    public let end: End
    /// Its place, 1 for the outermost.
    public let rank: Int
    /// The eigenvalue.
    public let value: Double
    /// `‖A v − θ v‖` from a product of its own; `nil` from a dense matrix.
    public let residual: Double?
    /// The residual that the search believed in, which assumes symmetry.
    public let estimatedResidual: Double?
    /// Whether the true residual meets the tolerance.
    public let isConverged: Bool

    /// `largest-01`: names sort like ranks.
    public var name: String { end.rawValue + "-" + String("00\(rank)".suffix(max(2, "\(rank)".count))) }
  }

  /// The largest from the largest on, then the smallest from the smallest on.
  public let pairs: [Pair]
  /// How far the products were from those of a symmetric matrix.
  public let asymmetry: Double
  /// Products of the search, or columns of the matrix.
  public let stepCount: Int
  /// All products, those that check the result included.
  public let productCount: Int
  /// Fresh starts after the first convergence.
  public let freshStartCount: Int
  /// Why it ended: `converged`, `wholeSpace`, `productLimit`, or `dense`.
  public let stopReason: String

  /// What a search came to.
  init(_ result: LanczosResult) {
    let count = result.values.count
    func pair(_ index: Int, _ end: End, _ rank: Int) -> Pair {
      Pair(
        end: end, rank: rank, value: result.values[index], residual: result.residuals[index],
        estimatedResidual: result.estimatedResiduals[index], isConverged: result.areConverged[index])
    }
    pairs =
      (0..<result.largestCount).map { pair($0, .largest, $0 + 1) }
      + (result.largestCount..<count).reversed().map { pair($0, .smallest, count - $0) }
    asymmetry = result.asymmetry
    stepCount = result.stepCount
    productCount = result.productCount
    freshStartCount = result.freshStartCount
    stopReason = result.stopReason.rawValue
  }

  /// The ends of a whole spectrum.
  init(_ spectrum: ExactSpectrum, settings: EigenSettings) {
    let values = spectrum.values
    let largest = min(settings.largestCount, values.count)
    let smallest = min(settings.smallestCount, values.count - largest)
    func pair(_ value: Double, _ end: End, _ rank: Int) -> Pair {
      Pair(end: end, rank: rank, value: value, residual: nil, estimatedResidual: nil, isConverged: true)
    }
    pairs =
      values.suffix(largest).reversed().enumerated().map { pair($1, .largest, $0 + 1) }
      + values.prefix(smallest).enumerated().map { pair($1, .smallest, $0 + 1) }
    asymmetry = spectrum.asymmetry
    stepCount = spectrum.products
    productCount = spectrum.products
    freshStartCount = 0
    stopReason = "dense"
  }

  /// The places of the pairs in the columns of the search's vectors.
  static func columns(of result: LanczosResult) -> [Int] {
    Array(0..<result.largestCount) + (result.largestCount..<result.values.count).reversed()
  }

  /// Why it ended, in words.
  var stopText: String {
    switch stopReason {
    case "converged": "all wanted pairs converged, and a fresh start found no other"
    case "wholeSpace": "the basis spans the whole space"
    case "productLimit": "the bound on products was reached"
    default: "all columns of the matrix are known"
    }
  }

  /// A few lines for people; seconds of a product where it is known.
  func lines(secondsPerProduct: Double?) -> [String] {
    let isDense = stopReason == "dense"
    var lines = ["             " + rightAligned("eigenvalue", 16) + (isDense ? "" : rightAligned("residual", 12))]
    for pair in pairs {
      let label = (pair.end.rawValue + rightAligned("\(pair.rank)", 4)).padding(to: 13)
      lines.append(
        label + rightAligned(significant(pair.value, 8), 16)
          + (pair.residual.map { rightAligned(significant($0, 2), 12) } ?? "")
          + (pair.isConverged ? "" : "  not converged"))
    }
    let convergedCount = pairs.count { $0.isConverged }
    if !isDense {
      lines.append("converged    \(convergedCount) of \(pairs.count); residuals are from products of their own")
    }
    lines.append("asymmetry    \(significant(asymmetry, 2))")
    let starts = "\(freshStartCount) fresh start\(freshStartCount == 1 ? "" : "s")"
    lines.append(
      "products     \(productCount)"
        + (isDense ? "" : ": \(stepCount) steps with \(starts), and \(productCount - stepCount) to check")
        + (secondsPerProduct.map { "; \(secondsText($0)) each" } ?? ""))
    lines.append("stopped      \(stopText)")
    return lines
  }

  /// The eigenvalues as comma-separated values.
  var csv: String {
    var text = "end,rank,eigenvalue,residual,estimated_residual,converged\n"
    for pair in pairs {
      let residuals = [pair.residual, pair.estimatedResidual].map { $0.map { "\($0)" } ?? "" }
      let cells = [pair.end.rawValue, "\(pair.rank)", "\(pair.value)"] + residuals + ["\(pair.isConverged)"]
      text += cells.joined(separator: ",") + "\n"
    }
    return text
  }
}
