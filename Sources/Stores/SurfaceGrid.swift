/// One axis of a grid: the coordinates of its points along one direction.
public struct SurfaceAxis: Equatable, Hashable, Sendable {
  /// The axis's name, which heads its column in exported tables.
  public let name: String
  /// The coordinates in the order of the points; any finite numbers.
  public let coordinates: [Double]

  /// An axis with the given coordinates, at least one.
  public init(name: String, coordinates: [Double]) {
    precondition(!coordinates.isEmpty, "an axis needs a coordinate")
    precondition(coordinates.allSatisfy(\.isFinite), "the coordinates of an axis must be finite")
    self.name = name
    self.coordinates = coordinates
  }
}

/// The points of a surface: every combination of the axes' coordinates.
///
/// A point has one index per axis and a *position* in `0..<pointCount`. The last axis varies fastest: with
/// axes of `m` and `n` points, the point `(i, j)` has the position `i · n + j`. This order never depends on
/// the order of measurement.
public struct SurfaceGrid: Equatable, Hashable, Sendable {
  /// The axes: one for a line, two for a plane.
  public let axes: [SurfaceAxis]
  /// The number of points.
  public let pointCount: Int

  /// More points than any measurement reaches; stored tables beyond this are refused.
  static let largestPointCount = 100_000_000

  /// The grid of one or two axes with different names and at most 100 million points.
  public init(axes: [SurfaceAxis]) {
    precondition((1...2).contains(axes.count), "a grid has one axis or two, not \(axes.count)")
    precondition(Set(axes.map(\.name)).count == axes.count, "the axes' names must differ")
    guard let count = Self.pointCount(of: axes.map(\.coordinates.count)) else {
      preconditionFailure("the grid has more than \(Self.largestPointCount) points")
    }
    self.axes = axes
    pointCount = count
  }

  /// The number of points along each axis.
  public var shape: [Int] { axes.map(\.coordinates.count) }

  /// The position of the point with one index per axis, each within its axis.
  public func position(of indices: [Int]) -> Int {
    precondition(indices.count == axes.count, "\(indices.count) indices for \(axes.count) axes")
    return zip(indices, shape).reduce(0) { position, entry in
      precondition((0..<entry.1).contains(entry.0), "index \(entry.0) is not in 0..<\(entry.1)")
      return position * entry.1 + entry.0
    }
  }

  /// The index of the point along each axis.
  public func indices(of position: Int) -> [Int] {
    precondition((0..<pointCount).contains(position), "position \(position) is not in 0..<\(pointCount)")
    var rest = position
    var indices = shape
    for axis in indices.indices.reversed() {
      (rest, indices[axis]) = rest.quotientAndRemainder(dividingBy: indices[axis])
    }
    return indices
  }

  /// The coordinates of the point, one per axis.
  public func coordinates(of position: Int) -> [Double] {
    zip(axes, indices(of: position)).map { $0.coordinates[$1] }
  }

  static func pointCount(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= largestPointCount else { return nil }
      count = product
    }
    return count
  }

  /// The axes as JSON, for comparison and export.
  var json: JSONValue {
    .array(
      axes.map { axis in
        .object([
          "name": .string(axis.name),
          "coordinates": .array(axis.coordinates.map { .number($0) }),
        ])
      })
  }
}
