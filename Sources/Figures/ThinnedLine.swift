/// Lines with no more points than a page can show.
package enum ThinnedLine {
  /// The width in points of the columns within which a line keeps its course only: an eighth of a hair line.
  package static let columnWidth = 0.125

  /// `points`, whose x ascend, with at most four of them in every column: the first, the lowest, the highest
  /// and the last. The drawn line covers the same area, peaks included.
  package static func thinned(_ points: [Point]) -> [Point] {
    guard let first = points.first, let last = points.last,
      Double(points.count) > (last.x - first.x) / columnWidth
    else { return points }
    var kept: [Point] = []
    var start = 0
    while start < points.count {
      let column = (points[start].x / columnWidth).rounded(.down)
      var (end, low, high) = (start + 1, start, start)
      while end < points.count, (points[end].x / columnWidth).rounded(.down) == column {
        if points[end].y < points[low].y { low = end }
        if points[end].y > points[high].y { high = end }
        end += 1
      }
      var previous: Int?
      for index in [start, min(low, high), max(low, high), end - 1] where index != previous {
        kept.append(points[index])
        previous = index
      }
      start = end
    }
    return kept
  }
}
