import TestSupport
import Testing
import ThalwegExchange
import ThalwegFiles
import ThalwegStores

@Suite("Surfaces of numpy")
struct NumPyTests {
  @Test("an archive that numpy wrote is read, holes and further arrays included")
  func foreign() throws {
    let surface = try NumPySurfaceFile.surface(fixture("plane.npz"))
    #expect(surface.grid.shape == [3, 4])
    #expect(surface.states[5] == .diverged && surface.states.count { $0 == .measured } == 11)
    for position in surface.losses.indices where position != 5 {
      let place = surface.grid.coordinates(of: position)
      expectClose(surface.losses[position], 1 + place[1] / 3 + 10 * place[0] * place[0], relative: 1e-15)
      #expect(surface.columns[.other("sharpness")]?[position] == place[1] - place[0])
    }
  }

  @Test("descending coordinates, Fortran's order and deflated members change nothing")
  func otherOrder() throws {
    let plain = try NumPySurfaceFile.surface(fixture("plane.npz"))
    let other = try NumPySurfaceFile.surface(fixture("descending.npz"))
    #expect(other.grid == plain.grid && other.states == plain.states)
    for (found, expected) in zip(other.losses, plain.losses) where !expected.isNaN { #expect(found == expected) }
  }

  @Test("what is written comes back in every bit, and equal surfaces give equal bytes")
  func roundTrip() throws {
    for surface in [try Sample.plane(), try Sample.line()] {
      let bytes = try NumPySurfaceFile.bytes(surface)
      expectSame(try NumPySurfaceFile.surface(FileBytes(name: "own.npz", bytes: bytes)), surface)
      #expect(try NumPySurfaceFile.bytes(surface) == bytes)
    }
  }

  @Test("a large grid of nearly nothing but holes is written so that it can be read")
  func emptyGrid() throws {
    let axes = ["y", "x"].map { SurfaceAxis(name: $0, coordinates: (0..<500).map(Double.init)) }
    var losses = [Double](repeating: .nan, count: 250_000)
    losses[77] = 1
    let surface = try ExchangedSurface(axes: axes, columns: [.loss: losses], source: "x")
    let bytes = try NumPySurfaceFile.bytes(surface)
    expectSame(try NumPySurfaceFile.surface(FileBytes(name: "own.npz", bytes: bytes)), surface)
  }

  @Test(
    "arrays of objects, of other shapes and without coordinates are one line",
    arguments: [
      ("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", "elements “|O”"),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", "bytes of values"),
      ("{'descr': '<f8', 'shape': (4,), }", "the header"), ("{'descr': '<f8', 'fortran_order': False", "the header"),
    ])
  func hostileHeader(header: String, found: String) {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.append(little: UInt16(header.utf8.count))
    let file = FileBytes(name: "x.npy", bytes: bytes + Array(header.utf8) + [UInt8](repeating: 0, count: 32))
    let error = thrown(FileFormatError.self) { try NumPyArray(file) }
    #expect(error?.found.contains(found) == true, "\(String(describing: error))")
  }

  @Test("further numbers whose names are taken are refused")
  func takenNames() throws {
    let axis = SurfaceAxis(name: "x", coordinates: [0, 1])
    let surface = try ExchangedSurface(
      axes: [axis], columns: [.loss: [1, 2], .other("xs"): [3, 4]], source: "x")
    #expect(thrown(ExchangeError.self) { try NumPySurfaceFile.bytes(surface) } != nil)
  }
}
