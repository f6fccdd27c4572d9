/// What a curve of losses between two states says: the barrier, whether it is monotone, the size of the basins.
///
/// The first state lies at coordinate 0 and the second at 1; both are among the points. Everything is read off at the
/// measured points, so a barrier between two of them is missed: it is a lower bound that a finer grid can only raise.
public struct LineProfile: Sendable, Equatable {
  /// The coordinates, strictly ascending.
  public let coordinates: [Double]
  /// The losses; `nil` for holes.
  public let losses: [Double?]
  /// Index of the first state.
  public let first: Int
  /// Index of the second state.
  public let second: Int

  /// A curve; `nil` when 0 or 1 is not among the coordinates.
  public init?(coordinates: [Double], losses: [Double?]) {
    precondition(coordinates.count == losses.count, "\(losses.count) losses at \(coordinates.count) places")
    guard let first = coordinates.firstIndex(of: 0), let second = coordinates.firstIndex(of: 1) else { return nil }
    (self.coordinates, self.losses, self.first, self.second) = (coordinates, losses, first, second)
  }

  /// Number of holes between the two states.
  public var holeCount: Int { losses[first...second].count { $0 == nil } }

  /// Two points of the curve and how much higher the second one lies.
  public struct Rise: Sendable, Equatable {
    /// Index of the lower point.
    public let from: Int
    /// Index of the higher point.
    public let to: Int
    /// The difference of their losses, at least 0.
    public let height: Double

    /// A rise from one point to another.
    public init(from: Int, to: Int, height: Double) {
      (self.from, self.to, self.height) = (from, to, height)
    }
  }

  /// The barrier: from the higher of the two states to the highest point between them, both ends included, so that it is
  /// never negative. `nil` when one of the two states is a hole.
  public var barrier: Rise? {
    guard let start = losses[first], let end = losses[second] else { return nil }
    let base = start >= end ? first : second
    var top = (index: base, loss: max(start, end))
    for index in first...second {
      if let loss = losses[index], loss > top.loss { top = (index, loss) }
    }
    return Rise(from: base, to: top.index, height: top.loss - max(start, end))
  }

  /// The largest rise on the way from the higher state down to the lower one, zero exactly when the curve is monotone
  /// between them. `nil` when one of the two is a hole.
  public var largestReversal: Rise? {
    guard let start = losses[first], let end = losses[second] else { return nil }
    let way = start >= end ? Array(first...second) : Array((first...second).reversed())
    var (lowest, best) = (way[0], Rise(from: way[0], to: way[0], height: 0))
    for index in way {
      guard let loss = losses[index], let floor = losses[lowest] else { continue }
      if loss < floor { lowest = index }
      if loss - floor > best.height { best = Rise(from: lowest, to: index, height: loss - floor) }
    }
    return best
  }

  /// The connected interval around a point in which the loss is at most `threshold`.
  public struct Basin: Sendable, Equatable, Codable {
    /// The highest loss inside.
    public let threshold: Double
    /// Where it begins.
    public let lower: Double
    /// Where it ends.
    public let upper: Double
    /// Whether the measured range, or a hole, ends it below: it may be larger.
    public let isCutBelow: Bool
    /// Whether the measured range, or a hole, ends it above: it may be larger.
    public let isCutAbove: Bool

    /// Its size in the unit of the coordinates, which is the distance between the two states.
    public var width: Double { upper - lower }
  }

  /// The basin around point `index`; `nil` when the point itself is a hole or lies above the threshold.
  ///
  /// Between measured points the loss is taken to be linear.
  public func basin(around index: Int, threshold: Double) -> Basin? {
    guard let loss = losses[index], loss <= threshold else { return nil }
    let below = border(from: index, step: -1, threshold)
    let above = border(from: index, step: 1, threshold)
    return Basin(
      threshold: threshold, lower: below.place, upper: above.place, isCutBelow: below.isCut,
      isCutAbove: above.isCut)
  }

  private func border(from start: Int, step: Int, _ threshold: Double) -> (place: Double, isCut: Bool) {
    var index = start
    while losses.indices.contains(index + step), let next = losses[index + step] {
      guard let here = losses[index] else { break }
      if next > threshold {
        let share = (threshold - here) / (next - here)
        return (coordinates[index] + share * (coordinates[index + step] - coordinates[index]), false)
      }
      index += step
    }
    return (coordinates[index], true)
  }
}
