import Testing
import ThalwegFigures

@Suite("Projections")
struct ProjectionTests {
  @Test("the view's axes are orthonormal and right-handed", arguments: [-58.0, 0, 135], [5.0, 30, 85])
  func orthonormal(azimuth: Double, elevation: Double) {
    let view = Projection(azimuth: azimuth, elevation: elevation, distance: nil)
    for axis in [view.right, view.up, view.towardsViewer] { #expect(abs(axis.length - 1) < 1e-15) }
    #expect(abs(view.right.dot(view.up)) < 1e-15)
    let third = view.right.cross(view.up) - view.towardsViewer
    #expect(third.length < 1e-15)
  }

  @Test("from the front x runs to the right, z upwards, and y shows only through the elevation")
  func frontView() {
    let view = Projection(azimuth: -90, elevation: 30, distance: nil)
    let origin = view.place(SpacePoint(0, 0, 0))
    let (x, y, z) = (
      view.place(SpacePoint(1, 0, 0)), view.place(SpacePoint(0, 1, 0)), view.place(SpacePoint(0, 0, 1))
    )
    #expect(abs(x.x - origin.x - 1) < 1e-15 && abs(x.y - origin.y) < 1e-15)
    #expect(abs(y.x - origin.x) < 1e-15 && abs(y.y - origin.y + 0.5) < 1e-15)
    #expect(abs(z.x - origin.x) < 1e-15 && abs(z.y - origin.y + 0.75.squareRoot()) < 1e-15)
  }

  @Test("in perspective the nearer of two equal lengths is longer, in the ratio of the distances")
  func perspective() {
    let view = Projection(azimuth: 0, elevation: 0, distance: 4)
    let near = view.place(SpacePoint(1, 0, 1)).y - view.place(SpacePoint(1, 0, 0)).y
    let far = view.place(SpacePoint(-1, 0, 1)).y - view.place(SpacePoint(-1, 0, 0)).y
    #expect(abs(near / far - 5.0 / 3) < 1e-15)
  }

  @Test("a fitted view holds every point and touches two sides", arguments: [nil, 4.2])
  func fit(distance: Double?) {
    var view = Projection(azimuth: -58, elevation: 30, distance: distance)
    let points = [0.0, 1].flatMap { x in [0.0, 1].flatMap { y in [0.0, 1].map { SpacePoint(x, y, $0) } } }
    let rect = Rect(x: 10, y: 20, width: 300, height: 200)
    view.fit(points, in: rect)
    let places = points.map(view.place)
    #expect(places.allSatisfy { rect.inset(by: -1e-9).contains($0) })
    let width = (places.map(\.x).max() ?? 0) - (places.map(\.x).min() ?? 0)
    let height = (places.map(\.y).max() ?? 0) - (places.map(\.y).min() ?? 0)
    #expect(abs(width - 300) < 1e-9 || abs(height - 200) < 1e-9)
  }
}
