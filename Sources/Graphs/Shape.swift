/// The extents of a tensor, outermost first; a scalar has none.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// Extents, outermost (slowest) first. All are at least 1.
  public let extents: [Int]
  /// Distance in elements between neighbours along each axis, row-major.
  public let strides: [Int]

  /// A shape of `extents`, each of which must be at least 1.
  public init(_ extents: [Int]) {
    precondition(extents.allSatisfy { $0 > 0 }, "extents \(extents) are not all positive")
    self.extents = extents
    var strides = extents.map { _ in 1 }
    for axis in stride(from: extents.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    self.strides = strides
  }

  /// A shape written as its extents.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The shape of one number.
  public static let scalar = Shape([])

  /// Number of axes.
  public var rank: Int { extents.count }

  /// Number of elements; 1 for a scalar.
  public var count: Int { extents.reduce(1, *) }

  /// The extent of `axis`.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// The shape without `axes`.
  public func removing(axes: [Int]) -> Shape {
    Shape(extents.enumerated().filter { !axes.contains($0.offset) }.map(\.element))
  }

  /// The shape with the first extent replaced.
  public func withLeading(_ extent: Int) -> Shape { Shape([extent] + extents.dropFirst()) }

  /// For example `[128, 16, 32, 32]`.
  public var description: String { "\(extents)" }
}
