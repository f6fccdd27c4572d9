import Foundation

/// A place in the room of a lit surface: x and y on the floor, z upwards.
package struct SpacePoint: Equatable {
  package var x: Double
  package var y: Double
  package var z: Double

  package init(_ x: Double, _ y: Double, _ z: Double) {
    (self.x, self.y, self.z) = (x, y, z)
  }

  package static func + (a: SpacePoint, b: SpacePoint) -> SpacePoint { SpacePoint(a.x + b.x, a.y + b.y, a.z + b.z) }

  package static func - (a: SpacePoint, b: SpacePoint) -> SpacePoint { SpacePoint(a.x - b.x, a.y - b.y, a.z - b.z) }

  package static func * (a: SpacePoint, factor: Double) -> SpacePoint {
    SpacePoint(a.x * factor, a.y * factor, a.z * factor)
  }

  package func dot(_ other: SpacePoint) -> Double { x * other.x + y * other.y + z * other.z }

  package func cross(_ other: SpacePoint) -> SpacePoint {
    SpacePoint(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }

  package var length: Double { dot(self).squareRoot() }

  /// The same direction with length 1; zero stays zero.
  package var normalised: SpacePoint { length > 0 ? self * (1 / length) : self }
}

/// The view from one direction: room to page.
package struct Projection {
  /// Towards the viewer.
  package let towardsViewer: SpacePoint
  /// To the right on the page.
  package let right: SpacePoint
  /// Upwards on the page.
  package let up: SpacePoint
  /// The viewer's distance from the room's origin in units of the room; `nil` is infinitely far
  /// (axonometric).
  package let distance: Double?
  private var scale = 1.0
  private var origin = Point(0, 0)

  /// The view from `azimuth` (degrees from the x axis towards the y axis) and `elevation` (degrees above the
  /// floor).
  package init(azimuth: Double, elevation: Double, distance: Double?) {
    let (phi, theta) = (azimuth * .pi / 180, elevation * .pi / 180)
    towardsViewer = SpacePoint(cos(theta) * cos(phi), cos(theta) * sin(phi), sin(theta))
    right = SpacePoint(-sin(phi), cos(phi), 0)
    up = SpacePoint(-sin(theta) * cos(phi), -sin(theta) * sin(phi), cos(theta))
    self.distance = distance
  }

  /// The viewer's place; a very distant one where there is no perspective.
  package var viewer: SpacePoint { towardsViewer * (distance ?? 1e9) }

  /// Chooses scale and origin so that `points` fill `rect` as far as their shape allows.
  package mutating func fit(_ points: [SpacePoint], in rect: Rect) {
    (scale, origin) = (1, Point(0, 0))
    let flat = points.map(place)
    let (left, rightmost) = (flat.map(\.x).min() ?? 0, flat.map(\.x).max() ?? 0)
    let (top, bottom) = (flat.map(\.y).min() ?? 0, flat.map(\.y).max() ?? 0)
    scale = min(rect.width / max(rightmost - left, 1e-9), rect.height / max(bottom - top, 1e-9))
    origin = Point(
      rect.centre.x - scale * (left + rightmost) / 2, rect.centre.y - scale * (top + bottom) / 2)
  }

  /// The place on the page.
  package func place(_ point: SpacePoint) -> Point {
    let nearness = distance.map { $0 / ($0 - point.dot(towardsViewer)) } ?? 1
    return Point(
      origin.x + scale * nearness * point.dot(right), origin.y - scale * nearness * point.dot(up))
  }
}
