import TestSupport
import Testing
import ThalwegExchange
import ThalwegFiles
import ThalwegStores

@Suite("Surfaces of loss-landscape")
struct LossLandscapeTests {
  @Test("a file that h5py wrote has every value at its own coordinates", arguments: ["crunch.h5", "crunch-latest.h5"])
  func indexOrder(name: String) throws {
    let surface = try LossLandscapeFile.surface(fixture(name))
    #expect(surface.grid.shape == [3, 4])
    #expect(surface.ys == [-0.5, 0.1, 2])
    #expect(surface.split == .train)
    for position in surface.losses.indices {
      let place = surface.grid.coordinates(of: position)  // [y, x]
      switch position {
      case 5: #expect(surface.states[5] == .pending && surface.losses[5].isNaN)
      case 6: #expect(surface.states[6] == .diverged && surface.losses[6].isNaN)
      default:
        // The fixture's loss, 1 + x/3 + 10 y²; three roundings.
        expectClose(surface.losses[position], 1 + place[1] / 3 + 10 * place[0] * place[0], relative: 1e-15)
        let accuracy = surface.columns[.other("train_acc")]?[position] ?? .nan
        expectClose(accuracy, 100 / (1 + surface.losses[position]), relative: 1e-15)
      }
    }
  }

  @Test("single precision, whole numbers of the other byte order and test losses are read")
  func otherTypes() throws {
    let line = try LossLandscapeFile.surface(fixture("line.h5"))
    #expect(line.ys == nil && line.split == .test)
    #expect(line.losses == [0, 1, 2, 3])
    let xs: [Float] = [-1, -1 / 3, 1 / 3, 1]
    #expect(line.xs == xs.map { Double($0) })
  }

  @Test("data in chunks is refused by name, with what helps")
  func chunks() throws {
    let error = thrown(FileFormatError.self) { try LossLandscapeFile.surface(try fixture("chunked.h5")) }
    #expect(error?.found == "“train_loss” in chunks")
    #expect(error?.expected.contains("h5repack") == true)
  }

  @Test("what the library writes comes back in every bit, and equal surfaces give equal bytes")
  func roundTrip() throws {
    for surface in [try Sample.plane(), try Sample.line()] {
      let bytes = try LossLandscapeFile.bytes(surface)
      expectSame(try LossLandscapeFile.surface(FileBytes(name: "own.h5", bytes: bytes)), surface)
      #expect(try LossLandscapeFile.bytes(surface) == bytes)
    }
  }

  @Test("a file of loss-landscape that was read and written comes back in every bit")
  func foreignRoundTrip() throws {
    let theirs = try LossLandscapeFile.surface(fixture("crunch.h5"))
    let bytes = try LossLandscapeFile.bytes(theirs)
    expectSame(try LossLandscapeFile.surface(FileBytes(name: "again.h5", bytes: bytes)), theirs)
  }

  @Test("a loss of -1, which means none in this format, is not written as one")
  func minusOne() throws {
    let axis = SurfaceAxis(name: "x", coordinates: [0, 1])
    let surface = try ExchangedSurface(axes: [axis], columns: [.loss: [-1, 1]], source: "x")
    #expect(thrown(ExchangeError.self) { try LossLandscapeFile.bytes(surface) } != nil)
  }

  @Test("a file without coordinates or without losses says what it has")
  func otherFiles() throws {
    let axis = SurfaceAxis(name: "x", coordinates: [0, 1])
    let bytes = try LossLandscapeFile.bytes(
      ExchangedSurface(axes: [axis], columns: [.loss: [1, 2]], split: .test, source: "x"))
    // The name stands once among the group's names.
    for name in ["xcoordinates", "test_loss"] {
      var broken = bytes
      let place = try #require(
        broken.indices.first { broken[$0...].starts(with: Array(name.utf8)) }, "\(name) is not in the file")
      broken[place] = UInt8(ascii: "z")
      let error = thrown(ExchangeError.self) { try LossLandscapeFile.surface(FileBytes(name: "b.h5", bytes: broken)) }
      #expect(error?.description.hasPrefix("b.h5: found only ") == true, "\(String(describing: error))")
    }
  }
}
