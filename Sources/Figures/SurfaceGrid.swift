/// Values on the crossings of a rectangular grid, with holes.
public struct SurfaceGrid: Equatable, Sendable {
  /// The coordinates of the columns, strictly ascending.
  public let xs: [Double]
  /// The coordinates of the rows, strictly ascending.
  public let ys: [Double]
  /// The values, `values[yIndex * xs.count + xIndex]`; `nil` where the surface diverged or was not measured.
  public let values: [Double?]

  /// The grid with these coordinates and values.
  ///
  /// - Parameters:
  ///   - xs: Finite column coordinates, strictly ascending.
  ///   - ys: Finite row coordinates, strictly ascending.
  ///   - values: `xs.count · ys.count` values, row after row. NaN, infinities and numbers beyond 10³⁰⁰ become
  ///     holes: the surface has exploded there.
  public init(xs: [Double], ys: [Double], values: [Double?]) {
    precondition(
      values.count == xs.count * ys.count, "\(values.count) values for \(xs.count) × \(ys.count) points")
    for coordinates in [xs, ys] {
      precondition(
        coordinates.allSatisfy(\.isFinite), "grid coordinates must be finite, found \(coordinates)")
      precondition(
        zip(coordinates, coordinates.dropFirst()).allSatisfy { $0 < $1 },
        "grid coordinates must ascend strictly, found \(coordinates)")
    }
    self.xs = xs
    self.ys = ys
    self.values = values.map { $0.flatMap { Axis.canShow($0) ? $0 : nil } }
  }

  /// The value in the column `xIndex` and the row `yIndex`, or `nil` for a hole.
  public subscript(xIndex: Int, yIndex: Int) -> Double? { values[yIndex * xs.count + xIndex] }

  /// The number of points without a value.
  public var holeCount: Int { values.count { $0 == nil } }

  /// The points with a value that are a corner of no complete cell, so that no area shows them.
  public var isolatedPoints: [IsolatedPoint] {
    ys.indices.flatMap { row in
      xs.indices.compactMap { column in
        guard let value = self[column, row], !touchesCell(column, row) else { return nil }
        return IsolatedPoint(place: Point(xs[column], ys[row]), value: value)
      }
    }
  }

  /// The height of the plane over its width; 1 for what has no extent.
  var shape: Double {
    guard let left = xs.first, let right = xs.last, let low = ys.first, let high = ys.last, right > left
    else { return 1 }
    return (high - low) / (right - left)
  }

  private func touchesCell(_ column: Int, _ row: Int) -> Bool {
    for left in [column - 1, column] where left >= 0 && left + 1 < xs.count {
      for lower in [row - 1, row] where lower >= 0 && lower + 1 < ys.count {
        let corners = [
          self[left, lower], self[left + 1, lower], self[left, lower + 1], self[left + 1, lower + 1],
        ]
        if corners.allSatisfy({ $0 != nil }) { return true }
      }
    }
    return false
  }

  /// Throws unless there is a surface to draw.
  func validate() throws(FigureError) {
    guard xs.count > 1, ys.count > 1 else {
      throw FigureError.gridTooSmall(columnCount: xs.count, rowCount: ys.count)
    }
    guard values.contains(where: { $0 != nil }) else { throw FigureError.noFiniteValue }
  }
}

/// A measured point among holes; figures draw it as a disc.
public struct IsolatedPoint: Equatable, Sendable {
  /// Its coordinates.
  public let place: Point
  /// Its value.
  public let value: Double
}

/// One surface of a figure: the grid, and what is drawn onto it.
public struct SurfacePanel: Equatable, Sendable {
  /// The line above the panel, if not empty.
  public var title: String
  /// The measured values.
  public var grid: SurfaceGrid
  /// Points joined by a line, for example the projected course of a training run; beginning first.
  public var path: [Point]
  /// A place marked by a cross, usually the trained network at the origin.
  public var centre: Point?
  /// Places with names, for example checkpoints through which a plane was laid.
  public var marks: [SurfaceMark] = []
  /// Places drawn as small dots, for example those that were measured where others are interpolated.
  public var dots: [Point] = []
  /// Points of the grid whose value is missing because nobody looked: they stay grey, while other holes are hatched.
  public var unmeasured: [Point] = []

  /// The panel that shows `grid`.
  public init(title: String = "", grid: SurfaceGrid, path: [Point] = [], centre: Point? = nil) {
    self.title = title
    self.grid = grid
    self.path = path
    self.centre = centre
  }
}

/// A named place of a surface, drawn as a disc with its name inside.
public struct SurfaceMark: Equatable, Sendable {
  /// Its coordinates.
  public let place: Point
  /// Its name, one or two letters.
  public let name: String

  /// A mark.
  public init(_ name: String, at place: Point) {
    self.name = name
    self.place = place
  }
}

/// How finely and how smoothly a surface is drawn between the measured points.
public enum SurfaceInterpolation: String, Equatable, Sendable, CaseIterable {
  /// Straight lines between neighbouring points.
  case linear
  /// A smooth curve that never leaves the range of the neighbouring values, so it invents no extremes.
  case smooth
}
