import Foundation
import Testing
import ThalwegExchange
import ThalwegFiles
import ThalwegStores

@Suite("The export, import and draw commands")
struct ExchangeCommandTests {
  @Test(
    "a surface goes through every format that is read and comes back in every bit", arguments: ["h5", "npz", "csv"])
  func roundTrip(format: String) throws {
    let folder = try SurfaceFixture.shared.get().folder
    let file = "there.\(format)"
    let written = try Program.run("export", "whole", "--to", file, in: folder)
    #expect(written.status == 0, "\(written.errors)")
    let read = try Program.run("import", file, "--out", "back-\(format)", in: folder)
    #expect(read.status == 0, "\(read.errors)")
    let (first, second) = (try RunFolder.open(folder("whole")), try RunFolder.open(folder("back-\(format)")))
    // 12 rows of 21 points: a transposed grid would differ.
    #expect(
      try first.contentDigests()["surface loss"] == second.contentDigests()["surface loss"])
    for name in ["contour.png", "surface.svg"] {
      #expect(FileManager.default.fileExists(atPath: folder("back-\(format)/figures/\(name)")))
    }
    let again = try Program.run("import", file, "--out", "back-\(format)", in: folder)
    #expect(again.status == 0, "\(again.errors)")
    let other = try Program.run("import", file, "--out", "whole", in: folder)
    #expect(other.status == 1 && other.isOneLineError, "\(other.errors)")
  }

  @Test("polygons, images and JSON are written, and read by nobody here", arguments: ["vtp", "vti", "json"])
  func writtenOnly(format: String) throws {
    let folder = try SurfaceFixture.shared.get().folder
    let file = "there.\(format)"
    #expect(try Program.run("export", "whole", "--to", file, in: folder).status == 0)
    #expect(try folder.bytes(file).count > 1000)
    let read = try Program.run("import", file, "--out", "back-\(format)", in: folder)
    #expect(read.status == 1 && read.isOneLineError && read.errors.contains(".h5, .npz, .csv"), "\(read.errors)")
  }

  @Test("a stored surface is drawn again to the same bytes, without its checkpoint or data")
  func drawnAgain() throws {
    let folder = try SurfaceFixture.shared.get().folder
    try FileManager.default.createDirectory(atPath: folder("moved"), withIntermediateDirectories: true)
    for name in ["run.json", "results.sqlite"] {
      try FileManager.default.copyItem(atPath: folder("whole/" + name), toPath: folder("moved/" + name))
    }
    let result = try Program.run("draw", "moved", "--formats", "svg,png,pdf", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    for name in ["contour.svg", "contour.png", "surface.svg", "surface.png"] {
      #expect(try folder.bytes("moved/figures/" + name) == folder.bytes("whole/figures/" + name))
    }
    #expect(try folder.bytes("moved/figures/contour.pdf").starts(with: Data("%PDF".utf8)))
    let logarithmic = try Program.run(
      "draw", "moved", "--log", "--levels", "5", "--cap", "9", "--formats", "svg", "--out", "log", in: folder)
    #expect(logarithmic.status == 0, "\(logarithmic.errors)")
    #expect(try folder.bytes("log/contour.svg") != folder.bytes("whole/figures/contour.svg"))
    #expect(!FileManager.default.fileExists(atPath: folder("log/contour.png")))
  }

  @Test("results of one kind are drawn together, of several kinds not")
  func together() throws {
    let folder = try SurfaceFixture.shared.get().folder
    let slice = try Program.run(
      "slice", "run", "--x=-1:1:5", "--limit", "20", "--out", "line", "--formats", "pdf", in: folder)
    #expect(slice.status == 0 && slice.output.contains("line/figures/slice.pdf"), "\(slice.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("line/figures/slice.svg")))
    for (runs, names) in [
      (["whole", "whole"], ["contours", "surfaces"]), (["line", "line"], ["slices"]), (["run", "run"], ["training"]),
    ] {
      let result = try Program(["draw"] + runs + ["--out", "together", "--formats", "svg"], in: folder).finish()
      #expect(result.status == 0, "\(result.errors)")
      for name in names { #expect(FileManager.default.fileExists(atPath: folder("together/\(name).svg"))) }
    }
    for arguments in [["draw", "whole", "line", "--out", "mixed"], ["draw", "absent"]] {
      let result = try Program(arguments, in: folder).finish()
      #expect(result.status == 1 && result.isOneLineError, "\(result.errors)")
    }
  }

  @Test(
    "bad usage is one line and status 64",
    arguments: [
      ["export", "x", "--to", "y.txt"], ["export", "x", "--to", "y"], ["export", "x", "--to", "y.npz", "--log"],
      ["draw", "x", "y"], ["draw", "x", "--formats", "gif"], ["draw", "x", "--formats", "svg,svg"],
      ["draw", "x", "--levels", "0"], ["draw", "x", "--cap", "-1", "--log"], ["draw"], ["import", "x.h5"],
      ["surface", "x", "--formats", ""], ["quickstart", "--formats", "jpeg"],
    ])
  func badUsage(arguments: [String]) throws {
    let result = try Program(arguments, in: TestFolder()).finish()
    #expect(result.status == 64 && result.isOneLineError, "\(result.errors)")
  }

  @Test(
    "coordinates through which no axis can be laid are stored, and are one line when they are to be drawn",
    arguments: ["-1e308,1\n1e308,2\n", "0,1\n5e-324,2\n"])
  func extremeCoordinates(lines: String) throws {
    let folder = try TestFolder()
    try Data(("x,loss\n" + lines).utf8).write(to: URL(fileURLWithPath: folder("t.csv")))
    let result = try Program.run("import", "t.csv", "--out", "out", in: folder)
    #expect(
      result.status == 1 && result.isOneLineError && result.errors.contains("coordinates from"), "\(result.errors)")
    #expect(try RunFolder.open(folder("out")).surface(named: "loss").allPoints().count == 2)
  }

  @Test("a file that lies is one line and leaves no folder", arguments: ["lie.h5", "lie.npz", "lie.csv", "absent.h5"])
  func lies(name: String) throws {
    let folder = try TestFolder()
    if !name.hasPrefix("absent") { try Data("no such thing".utf8).write(to: URL(fileURLWithPath: folder(name))) }
    let result = try Program.run("import", name, "--out", "out", in: folder)
    #expect(result.status == 1 && result.isOneLineError && result.errors.contains(name), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }
}
