/// A grid as it is drawn: straightened values, refined between the measured points, NaN in holes.
package struct ScalarField: Equatable {
  package var xs: [Double]
  package var ys: [Double]
  /// Row after row, as in ``SurfaceGrid``; NaN is a hole.
  package var values: [Double]
  /// Indices into ``xs`` and ``ys`` of the measured columns and rows.
  package var measuredColumns: [Int]
  package var measuredRows: [Int]

  /// The values of `grid` in the straight coordinates of `axis`, without refinement.
  package init(_ grid: SurfaceGrid, straightenedBy axis: Axis) {
    xs = grid.xs
    ys = grid.ys
    // Values that a logarithm cannot show sit at the lower end of the axis.
    values = grid.values.map { value in
      value.map { axis.straightened(axis.isLogarithmic && $0 <= 0 ? axis.lower : $0) } ?? .nan
    }
    measuredColumns = Array(xs.indices)
    measuredRows = Array(ys.indices)
  }

  package init(xs: [Double], ys: [Double], values: [Double]) {
    precondition(
      values.count == xs.count * ys.count, "\(values.count) values, \(xs.count) × \(ys.count) points")
    self.xs = xs
    self.ys = ys
    self.values = values
    measuredColumns = Array(xs.indices)
    measuredRows = Array(ys.indices)
  }

  package subscript(column: Int, row: Int) -> Double { values[row * xs.count + column] }

  /// Whether all four corners of the cell are known. Indices outside the grid name no cell.
  package func hasCell(_ column: Int, _ row: Int) -> Bool {
    guard column >= 0, row >= 0, column < xs.count - 1, row < ys.count - 1 else { return false }
    let sum = self[column, row] + self[column + 1, row] + self[column, row + 1] + self[column + 1, row + 1]
    return !sum.isNaN
  }

  /// Whether some cell has an unknown corner.
  package var hasHoles: Bool { values.contains(where: \.isNaN) }

  /// The field with every cell cut into as many parts as bring each axis to about `targetCount` cells.
  package func refined(toAbout targetCount: Int, interpolation: SurfaceInterpolation) -> ScalarField {
    let columnParts = max(1, targetCount / max(1, xs.count - 1))
    let rowParts = max(1, targetCount / max(1, ys.count - 1))
    return refinedAlongRows(parts: columnParts, interpolation).transposed
      .refinedAlongRows(parts: rowParts, interpolation).transposed
  }

  private var transposed: ScalarField {
    var result = self
    (result.xs, result.ys) = (ys, xs)
    (result.measuredColumns, result.measuredRows) = (measuredRows, measuredColumns)
    for row in ys.indices {
      for column in xs.indices { result.values[column * ys.count + row] = self[column, row] }
    }
    return result
  }

  private func refinedAlongRows(parts: Int, _ interpolation: SurfaceInterpolation) -> ScalarField {
    guard parts > 1 else { return self }
    var result = self
    result.xs = []
    for column in 0..<(xs.count - 1) {
      for part in 0..<parts {
        let fraction = Double(part) / Double(parts)
        result.xs.append(xs[column] + (xs[column + 1] - xs[column]) * fraction)
      }
    }
    result.xs.append(xs[xs.count - 1])
    result.measuredColumns = measuredColumns.map { $0 * parts }
    result.values = ys.indices.flatMap { row in
      let line = values[(row * xs.count)..<((row + 1) * xs.count)]
      return ScalarField.refine(line: Array(line), at: xs, parts: parts, interpolation)
    }
    return result
  }

  /// Refines one line; each run of known values has its own curve, so nothing leaks across a hole.
  private static func refine(
    line: [Double], at places: [Double], parts: Int, _ interpolation: SurfaceInterpolation
  ) -> [Double] {
    var result = [Double](repeating: .nan, count: (line.count - 1) * parts + 1)
    var start = 0
    while start < line.count {
      guard !line[start].isNaN else {
        start += 1
        continue
      }
      let end = line[start...].firstIndex(where: \.isNaN) ?? line.count
      let curve = MonotoneCubic(xs: Array(places[start..<end]), values: Array(line[start..<end]))
      for index in start..<end {
        result[index * parts] = line[index]
        guard index + 1 < end else { continue }
        for part in 1..<parts {
          let fraction = Double(part) / Double(parts)
          result[index * parts + part] =
            interpolation == .smooth
            ? curve.value(interval: index - start, fraction: fraction)
            : line[index] + (line[index + 1] - line[index]) * fraction
        }
      }
      start = end
    }
    return result
  }
}
