public import ThalwegSurfaces

/// How rough a surface looks over a grid of equally spaced points.
///
/// **Bending.** At each point with both neighbours along an axis, the second difference is
/// `D = f(i−1) − 2 f(i) + f(i+1)`. Let `T` be the number of such triples along all lines of the grid parallel
/// to an axis, and `range` the largest value minus the smallest:
///
/// * ``bending`` `= Σ |D| / (T · range)`, how much the surface bends at all. A paraboloid `Σ aₖ xₖ²` has
///   `|D| = 2 aₖ hₖ²` for spacing `hₖ`, so in one dimension, over a symmetric range with an odd count n,
///   ``bending`` is `8 / (n − 1)²`.
/// * ``value`` `= Σ over lines (Σ |D| − |Σ D|) / (T · range)`, how much of it is bending forth and back.
///   Along a line that is convex throughout, all `D` have one sign and nothing is left, so the value is 0 for
///   planes and for every bowl, however steep, and also for a dome. Independent errors of standard deviation
///   σ on a flat surface give `|D|` a mean of `√(12/π) σ ≈ 1.954 σ` while `Σ D` cancels, so the value grows
///   in proportion to the noise.
///
/// Second differences rather than first, because a slope is not rough; a ratio to the range, because the
/// loss's unit and offset are arbitrary. Both numbers are unchanged by `f → a f + b` with `a ≠ 0`, by
/// stretching or reflecting an axis and by exchanging axes. They are *not* unchanged by other monotone maps,
/// so state whether the loss or its logarithm was used (the logarithm is also unchanged by powers, and isn't
/// ruled by one high corner). They depend on the spacing: for a smooth surface that is not convex they fall
/// with its square, as it should be with a roughness *at the scale of the grid*. Compare grids with the same
/// axes.
///
/// **Holes** (diverged or missing points) are left out: a triple, or a candidate for a minimum, that touches
/// one is not counted. How many there are stands beside the numbers.
public struct Roughness: Sendable, Equatable, Codable {
  /// Bending forth and back, as a share of the range; 0 for surfaces that are convex or concave along every
  /// line.
  public let value: Double
  /// Mean absolute second difference as a share of the range.
  public let bending: Double
  /// Number of triples of neighbours that were used.
  public let tripleCount: Int
  /// Number of triples whose second difference is negative.
  public let nonConvexTripleCount: Int
  /// Number of points below all neighbours, diagonal ones included. Points on the grid's border are not
  /// considered.
  public let localMinimumCount: Int
  /// Number of points that were considered as minima: inside the grid, without a hole among them and their
  /// neighbours.
  public let candidateCount: Int
  /// Number of points without a finite value.
  public let holeCount: Int

  /// Share of triples along which the surface is not convex; 0 without triples.
  public var nonConvexShare: Double {
    tripleCount > 0 ? Double(nonConvexTripleCount) / Double(tripleCount) : 0
  }

  /// Share of considered points that are local minima; 0 without such points.
  public var localMinimumShare: Double {
    candidateCount > 0 ? Double(localMinimumCount) / Double(candidateCount) : 0
  }

  /// Measures `values`.
  ///
  /// - Parameters:
  ///   - values: Losses or their logarithms, the first axis fastest; `nil` or not finite for holes.
  ///   - counts: Points along each axis. Their product is the number of values.
  ///   - tolerance: Second differences up to this size count as zero, and a minimum must lie lower than its
  ///     neighbours by more than it. By default `8 ε max |f|`, with ε the spacing of `Double` at 1: four
  ///     roundings of values and three of the sum. Give the evaluator's own error when values were computed
  ///     in lower precision.
  /// - Complexity: O(values · 3^axes).
  public init(values: [Double?], counts: [Int], tolerance: Double? = nil) {
    precondition(
      !counts.isEmpty && counts.allSatisfy { $0 > 0 } && values.count == counts.reduce(1, *),
      "\(values.count) values don't fill a grid of \(counts)")
    let values = values.map { $0.flatMap { $0.isFinite ? $0 : nil } }
    let present = values.compactMap { $0 }
    holeCount = values.count - present.count
    let range = (present.max() ?? 0) - (present.min() ?? 0)
    let largest = present.reduce(0) { max($0, abs($1)) }
    let floor = tolerance ?? 8 * Double.ulpOfOne * largest

    let sums = BendingSums(values: values, counts: counts, floor: floor)
    tripleCount = sums.tripleCount
    nonConvexTripleCount = sums.negativeCount
    let unit = Double(sums.tripleCount) * range
    bending = unit > 0 ? sums.absolute / unit : 0
    value = unit > 0 ? sums.excess / unit : 0
    (localMinimumCount, candidateCount) = Self.minima(of: values, counts: counts, floor: floor)
  }

  /// The mean of ``value`` over independent surfaces, such as slices along different random directions.
  public static func mean(of roughnesses: [Roughness]) -> Estimate {
    Estimate(meanOf: roughnesses.map(\.value))
  }

  private static func minima(of values: [Double?], counts: [Int], floor: Double) -> (
    minima: Int, candidates: Int
  ) {
    let neighbours = neighbourOffsets(counts)
    var (minima, candidates) = (0, 0)
    for index in values.indices where isInside(index, counts) {
      guard let value = values[index] else { continue }
      var (isWhole, isLowest) = (true, true)
      for offset in neighbours {
        guard let other = values[index + offset] else {
          isWhole = false
          break
        }
        if other <= value + floor { isLowest = false }
      }
      guard isWhole else { continue }
      candidates += 1
      if isLowest { minima += 1 }
    }
    return (minima, candidates)
  }

  private static func isInside(_ index: Int, _ counts: [Int]) -> Bool {
    var rest = index
    for count in counts {
      guard (1..<max(count - 1, 1)).contains(rest % count) else { return false }
      rest /= count
    }
    return true
  }

  /// Distances in memory to the `3^axes − 1` neighbours of an inner point.
  private static func neighbourOffsets(_ counts: [Int]) -> [Int] {
    var offsets = [0]
    var step = 1
    for count in counts {
      offsets = [-step, 0, step].flatMap { shift in offsets.map { $0 + shift } }
      step *= count
    }
    offsets.remove(at: offsets.count / 2)  // The point itself.
    return offsets
  }
}

/// Sums of second differences over the lines of a grid.
private struct BendingSums {
  var tripleCount = 0
  var negativeCount = 0
  /// `Σ |D|`.
  var absolute = 0.0
  /// `Σ over lines (Σ |D| − |Σ D|)`.
  var excess = 0.0

  init(values: [Double?], counts: [Int], floor: Double) {
    var step = 1
    for count in counts {
      for start in values.indices where start / step % count == 0 {
        addLine(of: values, from: start, step: step, count: count, floor: floor)
      }
      step *= count
    }
  }

  private mutating func addLine(of values: [Double?], from start: Int, step: Int, count: Int, floor: Double) {
    // Apart by sign, because what is left of a convex line must be exactly 0 and not a difference of two
    // rounded sums.
    var (upward, downward) = (0.0, 0.0)
    for position in stride(from: 1, to: count - 1, by: 1) {
      let index = start + position * step
      guard let before = values[index - step], let here = values[index], let after = values[index + step]
      else {
        continue
      }
      tripleCount += 1
      let bend = (before - here) + (after - here)
      if bend > floor {
        upward += bend
      } else if bend < -floor {
        downward -= bend
        negativeCount += 1
      }
    }
    absolute += upward + downward
    excess += 2 * min(upward, downward)
  }
}
