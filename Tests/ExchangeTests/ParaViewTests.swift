import Foundation
import Testing
import ThalwegExchange
import ThalwegStores

@Suite("Surfaces for ParaView")
struct ParaViewTests {
  /// The numbers of an ASCII array.
  private func array(_ name: String, in text: String) throws -> [Double] {
    let start = try #require(text.range(of: "Name=\"\(name)\""), "there is no \(name)")
    let body = try #require(text.range(of: ">", range: start.upperBound..<text.endIndex))
    let end = try #require(text.range(of: "</DataArray>", range: body.upperBound..<text.endIndex))
    return text[body.upperBound..<end.lowerBound].split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  }

  private func surface(_ losses: [Double]) throws -> ExchangedSurface {
    try ExchangedSurface(
      axes: [SurfaceAxis(name: "y", coordinates: [0, 1, 3]), SurfaceAxis(name: "x", coordinates: [-1, 2])],
      columns: [.loss: losses], source: "x")
  }

  @Test("points and cells have h52vtp.py's order, and means are of the cell's corners")
  func order() throws {
    let text = try ParaViewFile.polygons(surface([1, 2, 4, 8, 16, 32]))
    let points: [Double] = [-1, 0, 1, 2, 0, 2, -1, 1, 4, 2, 1, 8, -1, 3, 16, 2, 3, 32]
    #expect(try array("Points", in: text) == points)
    #expect(try array("connectivity", in: text) == [0, 1, 3, 2, 2, 3, 5, 4])
    #expect(try array("offsets", in: text) == [4, 8])
    #expect(try array("averaged zvalue", in: text) == [3.75, 15])
    #expect(try array("zvalue", in: text) == [1, 2, 4, 8, 16, 32])
    let logarithms = try array("log zvalue", in: text)
    let expected = Float(log(32 + Double(Float(0.1))))
    #expect(Float(logarithms[5]) == expected)
  }

  @Test("a hole is no point and no height, and leaves a triangle where three corners are known")
  func holes() throws {
    let text = try ParaViewFile.polygons(surface([.nan, 2, 4, 8, .infinity, .nan]))
    #expect(try array("Points", in: text) == [2, 0, 2, -1, 1, 4, 2, 1, 8])
    #expect(try array("connectivity", in: text) == [0, 2, 1])
    #expect(try array("offsets", in: text) == [3])
    #expect(throws: ExchangeError.self) { try ParaViewFile.polygons(surface(.init(repeating: .nan, count: 6))) }
    #expect(throws: ExchangeError.self) { try ParaViewFile.polygons(Sample.line()) }
  }

  @Test("losses without a logarithm are written without one, and are no logarithmic height")
  func negative() throws {
    let negative = try surface([-1, 2, 3, 4, 5, 6])
    #expect(try !ParaViewFile.polygons(negative).contains("log zvalue"))
    #expect(throws: ExchangeError.self) { try ParaViewFile.polygons(negative, height: .logarithm) }
  }

  @Test("an image hides its holes, and uneven axes are refused")
  func image() throws {
    let even = try ExchangedSurface(
      axes: [SurfaceAxis(name: "y", coordinates: [0, 1]), SurfaceAxis(name: "x", coordinates: [-1, -0.9, -0.8])],
      columns: [.loss: [1, 2, .nan, 4, 5, 6]], source: "x")
    let text = try ParaViewFile.image(even)
    #expect(text.contains("WholeExtent=\"0 2 0 1 0 0\"") && text.contains("Origin=\"-1.0 0.0 0\""))
    let ghost = try #require(text.range(of: "Name=\"vtkGhostType\" format=\"binary\">"))
    let end = try #require(text.range(of: "<", range: ghost.upperBound..<text.endIndex))
    let bytes = try #require(Data(base64Encoded: String(text[ghost.upperBound..<end.lowerBound])))
    let expected: [UInt8] = [6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]
    #expect(Array(bytes) == expected)
    #expect(throws: ExchangeError.self) { try ParaViewFile.image(surface([1, 2, 3, 4, 5, 6])) }
  }
}
