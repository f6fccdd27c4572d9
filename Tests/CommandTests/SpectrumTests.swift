import Foundation
import Testing
import ThalwegStores

@Suite("The spectrum command")
struct SpectrumTests {
  @Test("draws of as many steps as dimensions agree on the largest eigenvalue of the dense matrix")
  func largest() throws {
    let fixture = try CurvatureFixture.shared.get()
    let checkpoint = "run/checkpoints/epoch-000002.safetensors"
    let json = try fixture.json("spectrum", checkpoint, "--draws", "3", "--steps", "32", out: "full")
    let exact = try fixture.json("eigen", checkpoint, "--largest", "2", "--exact", out: "full-exact")
    let values = (exact["eigenvalues"] ?? []).entries.compactMap(\.doubleValue)
    let scale = values.map(abs).max() ?? 0
    let summary = try #require(json["spectra"]?.entries.first?["summary"])
    // All Ritz values are eigenvalues then, up to the rounding of products in single precision.
    func error(of name: String, from value: Double) -> Double {
      abs((summary[name]?["value"]?.doubleValue ?? .nan) - value)
    }
    #expect(error(of: "largest", from: values[31]) <= 1e-5 * scale)
    #expect(error(of: "smallest", from: values[0]) <= 1e-5 * scale)
    #expect(summary["classCount"]?.doubleValue == 2)
    #expect(error(of: "classEigenvalue", from: values[30]) <= 1e-5 * scale)
    #expect(summary["largest"]?["standardError"]?.doubleValue != nil)
    let draws = try #require(json["spectra"]?.entries.first?["draws"]).entries
    #expect(draws.count == 3)
    for draw in draws {
      let weights = (draw["weights"] ?? []).entries.compactMap(\.doubleValue)
      #expect(weights.count == (draw["nodes"] ?? []).entries.count)
      // Squares of the first row of an orthogonal matrix of 32 columns.
      let excess: Double = weights.reduce(0, +) - 1
      #expect(abs(excess) <= 32 * 32 * 0x1p-52)
    }
    for name in ["figures/spectrum.svg", "figures/spectrum.png", "spectrum.json"] {
      #expect(FileManager.default.fileExists(atPath: fixture.folder("full/" + name)))
    }
    let table = try String(contentsOfFile: fixture.folder("full/density.csv"), encoding: .utf8)
    #expect(table.hasPrefix("eigenvalue,density,standard_error\n") && table.filter(\.isNewline).count >= 1001)
  }

  @Test("a run that was killed goes on with the next draw and ends with the same content")
  func killed() throws {
    let fixture = try SlowFixture.shared.get()
    let arguments = [
      "spectrum", "run", "--draws", "6", "--steps", "15", "--threads", "1", "--energy", "2", "--overlap", "2",
    ]
    let whole = try Program(arguments + ["--out", "density-whole"], in: fixture.folder).finish()
    #expect(whole.status == 0, "\(whole.errors)")
    let resumed = try fixture.interrupted(
      arguments + ["--out", "density-cut"], when: "spectrum  40 %", by: SIGKILL)
    #expect(resumed.status == 0 && resumed.output.contains("of 6 draws are left"), "\(resumed.errors)")
    let digests = try ["density-whole", "density-cut"].map {
      try RunFolder.open(fixture.folder($0)).contentDigest()
    }
    #expect(digests[0] == digests[1])
    for name in ["density.csv", "figures/spectrum.svg"] {
      #expect(try fixture.folder.bytes("density-whole/" + name) == fixture.folder.bytes("density-cut/" + name))
    }
    #expect(!FileManager.default.fileExists(atPath: fixture.folder("density-cut/search-matrix.plist")))
  }

  @Test("a run that was ended by a signal in a search goes on with it")
  func endedInSearch() throws {
    let fixture = try SlowFixture.shared.get()
    let arguments = [
      "spectrum", "run", "--draws", "1", "--steps", "5", "--threads", "1", "--energy", "30", "--out", "search",
    ]
    let resumed = try fixture.interrupted(arguments, when: "search  ", by: SIGTERM)
    #expect(resumed.status == 0 && resumed.output.contains("all draws are made"), "\(resumed.errors)")
    #expect(resumed.output.contains("energy "))
  }

  @Test("draws can be added, and the content is that of one run with all of them")
  func moreDraws() throws {
    let fixture = try CurvatureFixture.shared.get()
    let checkpoint = "run/checkpoints/epoch-000002.safetensors"
    _ = try fixture.json("spectrum", checkpoint, "--draws", "2", "--steps", "10", out: "few")
    _ = try fixture.json("spectrum", checkpoint, "--draws", "5", "--steps", "10", out: "few")
    _ = try fixture.json("spectrum", checkpoint, "--draws", "5", "--steps", "10", out: "many")
    #expect(try fixture.digest("few") == fixture.digest("many"))
    let fewer = try Program.run(
      "spectrum", checkpoint, "--subset", "200", "--draws", "2", "--steps", "10", "--out", "many", in: fixture.folder)
    #expect(fewer.status == 64 && fewer.isOneLineError && fewer.errors.contains("--draws"))
    let other = try Program.run(
      "spectrum", checkpoint, "--subset", "200", "--steps", "11", "--out", "many", in: fixture.folder)
    #expect(other.status == 1 && other.isOneLineError && other.errors.contains("other steps"), "\(other.errors)")
  }

  @Test("a run's folder means all its checkpoints, and each is compared with the limit of its own rate")
  func allCheckpoints() throws {
    let fixture = try CurvatureFixture.shared.get()
    let json = try fixture.json("spectrum", "run", "--draws", "2", "--steps", "10", out: "all")
    let spectra = try #require(json["spectra"]).entries
    #expect(spectra.compactMap { $0["epoch"]?.doubleValue } == [1, 2])
    // Nesterov's momentum 0.9 at the rate 0.1: 2 (1 + β)/(1 + 2 β) over the rate.
    for spectrum in spectra {
      let stability = try #require(spectrum["stability"])
      let error: Double = (stability["limit"]?.doubleValue ?? .nan) - 13.571428571428571
      #expect(abs(error) < 1e-12)
      let (largest, limit) = (spectrum["largest"]?.doubleValue ?? 0, stability["limit"]?.doubleValue ?? 1)
      #expect(stability["share"]?.doubleValue == (largest + 0.01) / limit)
    }
    #expect(FileManager.default.fileExists(atPath: fixture.folder("all/figures/ridges.svg")))
    let film = String(decoding: try fixture.folder.bytes("all/figures/film.html"), as: UTF8.self)
    #expect(film.components(separatedBy: "data:image/svg+xml;base64,").count == 3, "one frame a checkpoint")
    let table = try String(contentsOfFile: fixture.folder("all/density.csv"), encoding: .utf8)
    #expect(table.hasPrefix("epoch,eigenvalue,") && table.contains("\n1,") && table.contains("\n2,"))
    let last = try fixture.json("spectrum", "run", "--draws", "2", "--steps", "10", "--last", out: "last")
    #expect(last["spectra"]?.entries.count == 1)
    let given = try fixture.json(
      "spectrum", "run", "--last", "--draws", "2", "--steps", "10", "--rate", "0.5", "--momentum", "0", out: "last")
    #expect(given["spectra"]?.entries.first?["stability"]?["limit"]?.doubleValue == 4)
  }

  @Test("the whole space holds all of the gradient's energy, and overlaps with all of the covariance's")
  func wholeSpace() throws {
    let fixture = try CurvatureFixture.shared.get()
    let json = try fixture.json(
      "spectrum", "run", "--last", "--draws", "1", "--steps", "5", "--energy", "32", "--overlap", "32",
      "--log", out: "space")
    let spectrum = try #require(json["spectra"]?.entries.first)
    // Orthonormal to the precision of doubles.
    for name in ["energy", "overlap"] {
      let rest: Double = (spectrum[name]?["share"]?.doubleValue ?? .nan) - 1
      #expect(abs(rest) < 1e-12)
      #expect(spectrum[name]?["randomShare"]?.doubleValue == 1)
    }
    let tooMany = try Program.run("spectrum", "run", "--energy", "33", "--out", "x", in: fixture.folder)
    #expect(tooMany.status == 64 && tooMany.isOneLineError && tooMany.errors.contains("--energy: found 33"))
  }
}
