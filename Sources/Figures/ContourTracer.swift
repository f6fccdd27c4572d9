/// A line of constant value.
package struct ContourLine: Equatable {
  package var points: [Point]
  /// Whether the last point joins the first, which is not repeated.
  package var isClosed: Bool
}

/// Marching squares: the lines of constant value of a field, and the areas above them.
///
/// A crossing on a cell's edge is found by linear interpolation and is named by that edge, so that
/// neighbouring cells share it exactly and pieces are joined without comparing coordinates. Where a cell's
/// corners alternate (a saddle), the mean of the four decides whether the area above is connected. Exact for
/// planes; for a twice differentiable surface the crossings are off by O(h²).
package struct ContourTracer {
  private let field: ScalarField
  private let pointCount: Int

  /// A tracer for `field`, in whose holes nothing is traced.
  package init(_ field: ScalarField) {
    self.field = field
    pointCount = field.xs.count * field.ys.count
  }

  /// The parts of the plane where the value is at least `level`, as closed polygons for the even-odd rule.
  ///
  /// With `-Double.infinity` it is the area of all known cells.
  package func area(atLeast level: Double) -> [[Point]] {
    chains(at: level, includesBorder: true).map { $0.keys.map { point($0, level) } }
  }

  /// The lines on which the value is `level`, with the higher side on the left.
  package func lines(at level: Double) -> [ContourLine] {
    chains(at: level, includesBorder: false).map { chain in
      ContourLine(points: chain.keys.map { point($0, level) }, isClosed: chain.isClosed)
    }
  }

  /// One directed piece between two named places.
  private struct Piece {
    var start: Int
    var end: Int
  }

  private func chains(at level: Double, includesBorder: Bool) -> [(keys: [Int], isClosed: Bool)] {
    var pieces: [Piece] = []
    for row in 0..<(field.ys.count - 1) {
      for column in 0..<(field.xs.count - 1) where field.hasCell(column, row) {
        appendPieces(column: column, row: row, level: level, includesBorder: includesBorder, to: &pieces)
      }
    }
    return join(pieces)
  }

  private func appendPieces(
    column: Int, row: Int, level: Double, includesBorder: Bool, to pieces: inout [Piece]
  ) {
    let width = field.xs.count
    let corner = row * width + column
    // Counter-clockwise from the lower left; the edge k leads from corner k to corner k + 1.
    let corners: InlineArray<4, Int> = [corner, corner + 1, corner + width + 1, corner + width]
    let edges: InlineArray<4, Int> = [
      pointCount + corner, 2 * pointCount + corner + 1, pointCount + corner + width, 2 * pointCount + corner,
    ]
    var isInside: InlineArray<4, Bool> = [false, false, false, false]
    var insideCount = 0
    var sum = 0.0
    for k in 0..<4 {
      let value = field.values[corners[k]]
      sum += value
      isInside[k] = value >= level
      insideCount += isInside[k] ? 1 : 0
    }
    if insideCount > 0 && insideCount < 4 {
      let isConnected = sum / 4 >= level
      for k in 0..<4 where isInside[k] && !isInside[(k + 1) % 4] {
        let entry = entryEdge(after: k, isInside, isConnected: isConnected)
        pieces.append(Piece(start: edges[k], end: edges[entry]))
      }
    }
    guard includesBorder, insideCount > 0 else { return }
    let neighbours: InlineArray<4, Bool> = [
      field.hasCell(column, row - 1), field.hasCell(column + 1, row), field.hasCell(column, row + 1),
      field.hasCell(column - 1, row),
    ]
    for k in 0..<4 where !neighbours[k] {
      switch (isInside[k], isInside[(k + 1) % 4]) {
      case (true, true): pieces.append(Piece(start: corners[k], end: corners[(k + 1) % 4]))
      case (true, false): pieces.append(Piece(start: corners[k], end: edges[k]))
      case (false, true): pieces.append(Piece(start: edges[k], end: corners[(k + 1) % 4]))
      case (false, false): break
      }
    }
  }

  /// The edge through which the area's border comes back after it left through the edge `exit`.
  private func entryEdge(after exit: Int, _ isInside: InlineArray<4, Bool>, isConnected: Bool) -> Int {
    // Connected: cut off the low corner ahead. Not connected: cut off the high corner behind.
    for distance in 1..<4 {
      let k = isConnected ? (exit + distance) % 4 : (exit + 4 - distance) % 4
      if !isInside[k] && isInside[(k + 1) % 4] { return k }
    }
    return exit
  }

  private func join(_ pieces: [Piece]) -> [(keys: [Int], isClosed: Bool)] {
    // Per place a linked list of the pieces that start there: two where holes touch at a corner.
    var firstPiece = [Int32](repeating: -1, count: 3 * pointCount)
    var nextPiece = [Int32](repeating: -1, count: pieces.count)
    var hasIncoming = [Bool](repeating: false, count: 3 * pointCount)
    for index in pieces.indices.reversed() {
      nextPiece[index] = firstPiece[pieces[index].start]
      firstPiece[pieces[index].start] = Int32(index)
      hasIncoming[pieces[index].end] = true
    }
    var isUsed = [Bool](repeating: false, count: pieces.count)
    var chains: [(keys: [Int], isClosed: Bool)] = []
    // Open lines first, from their beginnings; what is left consists of loops.
    for loops in [false, true] {
      for index in pieces.indices where !isUsed[index] {
        guard loops || !hasIncoming[pieces[index].start] else { continue }
        var keys = [pieces[index].start]
        var current = index
        while true {
          isUsed[current] = true
          let end = pieces[current].end
          var following = firstPiece[end]
          while following >= 0, isUsed[Int(following)] { following = nextPiece[Int(following)] }
          if end == keys[0] && (loops || following < 0) {
            chains.append((keys, true))
            break
          }
          keys.append(end)
          guard following >= 0 else {
            chains.append((keys, false))
            break
          }
          current = Int(following)
        }
      }
    }
    return chains
  }

  private func point(_ key: Int, _ level: Double) -> Point {
    let width = field.xs.count
    let corner = key % pointCount
    let (column, row) = (corner % width, corner / width)
    let (x, y) = (field.xs[column], field.ys[row])
    if key < pointCount { return Point(x, y) }
    let isHorizontal = key < 2 * pointCount
    let here = field.values[corner]
    let there = field.values[isHorizontal ? corner + 1 : corner + width]
    let fraction = min(max((level - here) / (there - here), 0), 1)
    return isHorizontal
      ? Point(x + (field.xs[column + 1] - x) * fraction, y)
      : Point(x, y + (field.ys[row + 1] - y) * fraction)
  }
}
