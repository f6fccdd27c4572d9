import Foundation
import Testing
import ThalwegExchange
import ThalwegFiles
import ThalwegStores

/// A file beside the tests, which another program wrote; see `Fixtures/make_fixtures.py`.
func fixture(_ name: String) throws -> FileBytes {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
  return FileBytes(name: name, bytes: Array(try FileBytes(path: folder.appendingPathComponent(name).path).bytes))
}

/// A plane of 4 × 3 points, no two of which have a number in common, with a hole and a point that was not measured.
enum Sample {
  static let xs = [-1, -0.3, 0.1, 2]

  static func loss(_ x: Double, _ y: Double) -> Double { 1 + x / 3 + 7 * y }

  /// The surface as a survey would leave it.
  static func plane() throws -> ExchangedSurface {
    let axes = [SurfaceAxis(name: "y", coordinates: [-0.5, 1e-300, 0.1]), SurfaceAxis(name: "x", coordinates: xs)]
    let grid = SurfaceGrid(axes: axes)
    var states = [PointState](repeating: .measured, count: grid.pointCount)
    (states[5], states[6], states[7]) = (.pending, .diverged, .interpolated)
    var columns: [ExchangedSurface.Quantity: [Double]] = [:]
    func column(_ quantity: ExchangedSurface.Quantity, _ value: (Int) -> Double) {
      columns[quantity] = states.indices.map { states[$0] == .pending || states[$0] == .diverged ? .nan : value($0) }
    }
    column(.loss) { position in
      let place = grid.coordinates(of: position)
      return loss(place[1], place[0])
    }
    column(.standardError) { 0.1 / Double($0 + 3) }
    column(.correctCount) { Double(10 * $0) }
    column(.exampleCount) { _ in 999 }
    column(.other("largestEigenvalue")) { Double($0) * 1e17 }
    column(.other("naïve, \"quoted\"")) { $0 % 2 == 0 ? .nan : -Double($0).squareRoot() }
    return try ExchangedSurface(axes: axes, columns: columns, states: states, split: .train, source: "sample")
  }

  /// A line.
  static func line() throws -> ExchangedSurface {
    try ExchangedSurface(
      axes: [SurfaceAxis(name: "x", coordinates: xs)], columns: [.loss: [1, .nan, 1.0 / 3, -0.0]], source: "sample")
  }
}

/// Checks that two surfaces agree in every bit.
func expectSame(
  _ found: ExchangedSurface, _ expected: ExchangedSurface, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.states == expected.states, sourceLocation: sourceLocation)
  #expect(found.grid == expected.grid, sourceLocation: sourceLocation)
  #expect(Set(found.columns.keys) == Set(expected.columns.keys), sourceLocation: sourceLocation)
  for (quantity, values) in expected.columns {
    let bits = found.columns[quantity]?.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
    #expect(
      bits == values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }, "\(quantity)",
      sourceLocation: sourceLocation)
  }
}
