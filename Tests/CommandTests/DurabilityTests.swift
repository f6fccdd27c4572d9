import Foundation
import TestSupport
import Testing
import ThalwegRandomness
import ThalwegStores

@Suite("Surveys that end abruptly", .serialized)
struct DurabilityTests {
  @Test("after 200 kills at random moments surfaces end with the content of one that ran through")
  func kills() throws {
    let folder = try SurfaceFixture.shared.get().folder
    // Many blocks, and little to do for each.
    let arguments = [
      "surface", "run", "--x=-1:1:42", "--y=-0.5:1:24", "--limit", "30", "--batch-norm", "batch:30", "--threads", "1",
      "--formats", "svg",
    ]
    #expect(try Program(arguments + ["--out", "unbroken"], in: folder).finish().status == 0)
    let expected = try RunFolder.open(folder("unbroken")).contentDigest()
    let files = ["surface.csv", "surface.json", "figures/contour.svg", "figures/surface.svg"]
    let start = ContinuousClock.now
    #expect(try Program(arguments + ["--out", "timed"], in: folder).finish().status == 0)
    var seconds = (ContinuousClock.now - start) / .seconds(1)
    var random = RandomStream(seed: 17)
    var (kills, finished, partial, known) = (0, 0, 0, 0)
    while kills < 200 {
      let path = "killed-\(finished)"
      let run = try Program(arguments + ["--out", path], in: folder)
      usleep(UInt32(1e6 * random.uniform(in: 0...seconds)))
      if run.process.isRunning { kill(run.process.processIdentifier, SIGKILL) }
      let result = try run.finish()
      if result.status == SIGKILL {
        kills += 1
        let counts = try? RunFolder.open(folder(path)).surface(named: "loss").stateCounts()
        if let counts, counts[.pending] != nil, counts[.measured] != nil { partial += 1 }
        // Moments follow the machine, whose load changes: later where nothing had been added, earlier after an end.
        let now = counts?[.measured] ?? 0
        if now == known { seconds *= 1.1 }
        known = now
        continue
      }
      seconds *= 0.8
      known = 0
      #expect(result.status == 0, "\(result.errors)")
      #expect(try RunFolder.open(folder(path)).contentDigest() == expected)
      for file in files { #expect(try folder.bytes(path + "/" + file) == folder.bytes("unbroken/" + file)) }
      finished += 1
    }
    let last = try Program(arguments + ["--out", "killed-\(finished)"], in: folder).finish()
    #expect(last.status == 0, "\(last.errors)")
    #expect(try RunFolder.open(folder("killed-\(finished)")).contentDigest() == expected)
    // That all kills missed the work would mean that the test tests nothing.
    #expect(partial > 10, "\(partial) of \(kills) kills left a part of the points")
  }

  @Test(
    "a disk that fills up ends a survey in one line, and with more room it goes on to the same content",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a file system"))
  func fullDisk() throws {
    let folder = try SurfaceFixture.shared.get().folder
    let disk = try #require(SmallDisk(kilobytes: 200, at: folder("disk")))
    let first = try Program(SurfaceFixture.arguments + ["--out", "disk/run"], in: folder).finish()
    // Above it stands how far it came.
    let lines = first.errors.split(separator: "\n")
    #expect(first.status == 1 && lines.count { $0.hasPrefix("thalweg: error: ") } == 1, "\(first.errors)")
    #expect(lines.last?.contains("disk/run") == true && lines.last?.contains("No space left") == true)
    #expect(disk.resize(kilobytes: 100_000))
    let second = try Program(SurfaceFixture.arguments + ["--out", "disk/run"], in: folder).finish()
    #expect(second.status == 0, "\(second.errors)")
    #expect(
      try RunFolder.open(folder("disk/run")).contentDigest() == RunFolder.open(folder("whole")).contentDigest())
  }

  @Test(
    "a folder that can't be written ends in one line, and what is in it stays as it was",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a file system"))
  func readOnly() throws {
    let folder = try SurfaceFixture.shared.get().folder
    let disk = try #require(SmallDisk(kilobytes: 100_000, at: folder("locked")))
    try FileManager.default.copyItem(atPath: folder("whole"), toPath: folder("locked/run"))
    let before = try RunFolder.open(folder("locked/run")).contentDigest()
    #expect(disk.lock())
    for out in ["locked/run", "locked/new"] {
      let result = try Program(SurfaceFixture.arguments + ["--out", out], in: folder).finish()
      #expect(result.status == 1 && result.isOneLineError, "\(result.errors)")
      #expect(result.errors.contains("locked"), "\(result.errors)")
    }
    #expect(try RunFolder.open(folder("locked/run")).contentDigest() == before)
  }
}
