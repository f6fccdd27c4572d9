import Foundation

/// A contour line on the page, with the places where its label interrupts it.
package struct LabelledLine {
  /// A label set into the line.
  package struct Label: Equatable {
    package var centre: Point
    /// Degrees, clockwise from the right, in −90...90 so that the text never stands on its head.
    package var angle: Double
    /// The label's place along the line in points from its beginning.
    package var distance: Double
  }

  package let points: [Point]
  /// The index of the line's level.
  package let level: Int
  /// The width of the text.
  package let labelWidth: Double
  /// The labels, filled in by ``LabelPlacer``.
  package var labels: [Label] = []
  /// The distance from the beginning to each point, along the line.
  package let distances: [Double]

  package init(points: [Point], level: Int, labelWidth: Double) {
    self.points = points
    self.level = level
    self.labelWidth = labelWidth
    var distances = [0.0]
    for (before, after) in zip(points, points.dropFirst()) {
      distances.append((distances.last ?? 0) + before.distance(to: after))
    }
    self.distances = distances
  }

  package var length: Double { distances.last ?? 0 }

  /// The point at `distance` along the line, which is limited to the line.
  package func point(at distance: Double) -> Point {
    var (low, high) = (0, points.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if distances[middle] <= distance { low = middle } else { high = middle }
    }
    let span = distances[high] - distances[low]
    let fraction = span > 0 ? min(max((distance - distances[low]) / span, 0), 1) : 0
    return Point(
      points[low].x + (points[high].x - points[low].x) * fraction,
      points[low].y + (points[high].y - points[low].y) * fraction)
  }

  /// The line without the parts under its labels.
  package var pieces: [[Point]] {
    var result: [[Point]] = []
    var start = 0.0
    for label in labels.sorted(by: { $0.distance < $1.distance }) {
      let reach = labelWidth / 2 + 2.2
      result.append(part(from: start, to: label.distance - reach))
      start = label.distance + reach
    }
    result.append(part(from: start, to: length))
    return result
  }

  private func part(from start: Double, to end: Double) -> [Point] {
    guard end > start else { return [] }
    let inner = points.indices.filter { distances[$0] > start && distances[$0] < end }.map { points[$0] }
    return [point(at: start)] + inner + [point(at: end)]
  }
}

/// Chooses where labels interrupt contour lines: where the line is straight, away from the border, from other
/// lines, from other labels and from markers.
package struct LabelPlacer {
  package let frame: Rect
  package let obstacles: [Point]
  /// The font size in points.
  package let height: Double

  /// A placer for labels of `height` points inside `frame`.
  package init(frame: Rect, obstacles: [Point], height: Double) {
    self.frame = frame
    self.obstacles = obstacles
    self.height = height
  }

  private static let cellSize = 8.0
  /// The distance along one line from one label to the next.
  private static let repetition = 260.0

  /// One place on a line, for collision tests.
  private struct Sample {
    var point: Point
    var line: Int
    var distance: Double
  }

  private struct Cell: Hashable {
    var column: Int
    var row: Int

    init(_ point: Point) {
      column = Int((point.x / LabelPlacer.cellSize).rounded(.down))
      row = Int((point.y / LabelPlacer.cellSize).rounded(.down))
    }
  }

  /// Adds labels to `lines`, the longest line first.
  package func place(on lines: inout [LabelledLine]) {
    var samples: [Cell: [Sample]] = [:]
    for (index, line) in lines.enumerated() {
      for distance in stride(from: 0, through: line.length, by: 2.5) {
        let sample = Sample(point: line.point(at: distance), line: index, distance: distance)
        samples[Cell(sample.point), default: []].append(sample)
      }
    }
    var placed: [(centre: Point, radius: Double)] = []
    let order = lines.indices.sorted { (lines[$0].length, $1) > (lines[$1].length, $0) }
    for index in order {
      let line = lines[index]
      guard line.length > max(2.6 * line.labelWidth, 45) else { continue }
      let count = min(3, 1 + Int(line.length / (2 * LabelPlacer.repetition)))
      for _ in 0..<count {
        guard let label = best(on: lines[index], index: index, samples: samples, placed: placed) else {
          break
        }
        lines[index].labels.append(label)
        placed.append((label.centre, line.labelWidth / 2 + 3))
      }
    }
  }

  private func best(
    on line: LabelledLine, index: Int, samples: [Cell: [Sample]], placed: [(centre: Point, radius: Double)]
  ) -> LabelledLine.Label? {
    let reach = line.labelWidth / 2 + 2
    var best: (cost: Double, label: LabelledLine.Label)?
    for distance in stride(from: reach + 2, through: line.length - reach - 2, by: 3) {
      if line.labels.contains(where: { abs($0.distance - distance) < LabelPlacer.repetition }) { continue }
      let (start, middle, end) = (
        line.point(at: distance - reach), line.point(at: distance), line.point(at: distance + reach)
      )
      let chord = start.distance(to: end)
      guard chord > 0.94 * 2 * reach else { continue }
      let centre = Point((start.x + end.x + 2 * middle.x) / 4, (start.y + end.y + 2 * middle.y) / 4)
      var angle = atan2(end.y - start.y, end.x - start.x) * 180 / .pi
      if angle > 90 { angle -= 180 } else if angle < -90 { angle += 180 }
      // Bends weigh most, then steep reading, then distance from the middle of the page.
      let cost =
        (2 * reach - chord) * 6 + abs(angle) / 90 * 3 + centre.distance(to: frame.centre) / frame.width * 2
      guard cost < best?.cost ?? .infinity else { continue }
      let label = LabelledLine.Label(centre: centre, angle: angle, distance: distance)
      guard frame.inset(by: reach * 0.8 + 3).contains(centre),
        !placed.contains(where: { $0.centre.distance(to: centre) < $0.radius + reach + 2 }),
        !obstacles.contains(where: { isCovered($0, by: label, reach: reach + 6, across: height) }),
        !crossesLines(label, line: index, reach: reach, samples: samples)
      else { continue }
      best = (cost, label)
    }
    return best?.label
  }

  private func crossesLines(
    _ label: LabelledLine.Label, line: Int, reach: Double, samples: [Cell: [Sample]]
  ) -> Bool {
    let middle = Cell(label.centre)
    let cells = Int((reach / LabelPlacer.cellSize).rounded(.up)) + 1
    for row in (middle.row - cells)...(middle.row + cells) {
      for column in (middle.column - cells)...(middle.column + cells) {
        var cell = middle
        (cell.column, cell.row) = (column, row)
        for sample in samples[cell] ?? [] {
          if sample.line == line && abs(sample.distance - label.distance) < reach + 6 { continue }
          if isCovered(sample.point, by: label, reach: reach, across: height * 0.62) { return true }
        }
      }
    }
    return false
  }

  /// Whether `point` lies in the label's box of half-width `reach` and half-height `across`.
  private func isCovered(_ point: Point, by label: LabelledLine.Label, reach: Double, across: Double) -> Bool {
    let (dx, dy) = (point.x - label.centre.x, point.y - label.centre.y)
    let angle = label.angle * .pi / 180
    let (along, aside) = (dx * cos(angle) + dy * sin(angle), dy * cos(angle) - dx * sin(angle))
    return abs(along) < reach && abs(aside) < across
  }
}
