/// The order in which a survey visits a grid. Results don't depend on it.
public enum PointOrder: String, Sendable, Codable, CaseIterable {
  /// By index: the first axis changes fastest.
  case sequential
  /// The middle first, then points at a wide distance, then those between: a picture at any time shows the
  /// whole range.
  case coarseToFine

  /// Sorts `indices` of a grid with `counts` points along each axis. Indices of one pass stay in ascending
  /// order.
  public func sorted(_ indices: some Sequence<Int>, counts: [Int]) -> [Int] {
    let ascending = indices.sorted()
    guard self == .coarseToFine else { return ascending }
    let finest = counts.map { Self.bits(of: $0 / 2) }.max() ?? 0
    var passes = [[Int]](repeating: [], count: finest + 1)
    for index in ascending {
      passes[finest - Self.coarseness(of: index, counts: counts, limit: finest)].append(index)
    }
    return passes.flatMap { $0 }
  }

  /// The largest `k` for which every axis position is a multiple of `2ᵏ` away from the axis's middle.
  private static func coarseness(of index: Int, counts: [Int], limit: Int) -> Int {
    var rest = index
    var coarseness = limit
    for count in counts {
      let distance = abs(rest % count - count / 2)
      rest /= count
      if distance != 0 { coarseness = min(coarseness, distance.trailingZeroBitCount) }
    }
    return coarseness
  }

  private static func bits(of value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }
}
