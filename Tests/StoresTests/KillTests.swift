import Foundation
import Testing
import ThalwegRandomness
import ThalwegStores

@Suite("Runs that end abruptly", .serialized)
struct KillTests {
  static let blockSize = 16

  @Test(
    "a run killed again and again holds whole blocks and ends with the digest of an uninterrupted one",
    .enabled(if: ChildProcess.executable != nil, "needs the program StoresKillHelper"))
  func killedRunsEndEqual() throws {
    let folder = try TestFolder()
    let start = ContinuousClock.now
    let reference = try ChildProcess("write", folder("reference")).finish()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    #expect(reference.status == 0, "\(reference.text)")
    let expected = try RunFolder.open(folder("reference")).contentDigest()

    var random = RandomStream(seed: 7)
    var (kills, finished, partial) = (0, 0, 0)
    while kills < 24 {
      let path = folder("run-\(finished)")
      let child = try ChildProcess("write", path)
      if child.kill(after: random.uniform(in: 0...0.7 * seconds)) {
        kills += 1
        partial += try checkWholeBlocks(path) ? 1 : 0
        continue
      }
      #expect(child.process.terminationStatus == 0)
      #expect(try RunFolder.open(path).contentDigest() == expected)
      finished += 1
    }
    // Moments are random; that all of them missed the work would mean the test tests nothing.
    #expect(partial > 0)

    let last = folder("run-\(finished)")
    #expect(try ChildProcess("write", last).finish().status == 0)
    let run = try RunFolder.open(last)
    #expect(try run.contentDigest() == expected)
    #expect(run.times.finished != nil)
    #expect(try run.compared(with: RunFolder.open(folder("reference"))).haveEqualContent)
    #expect(try !FileManager.default.contentsOfDirectory(atPath: last).contains { $0.hasSuffix(".tmp") })
  }

  /// Checks the results after a kill; whether a part of the points was done.
  private func checkWholeBlocks(_ path: String) throws -> Bool {
    let run: RunFolder
    do {
      run = try RunFolder.open(path)
    } catch {
      switch error {
      case .noRun, .unreadable: return false  // Killed before the database was there.
      default: throw error
      }
    }
    guard try run.surfaceNames().contains("test loss") else { return false }
    let points = try run.surface(named: "test loss").allPoints()
    for start in stride(from: 0, to: points.count, by: Self.blockSize) {
      let block = points[start..<min(start + Self.blockSize, points.count)]
      let pending = block.count { $0.state == .pending }
      #expect(pending == 0 || pending == block.count)
      #expect(block.allSatisfy { $0.state != .measured || $0.extra.count == 2 })
    }
    return points.contains { $0.state == .pending } && points.contains { $0.state == .measured }
  }

  @Test(
    "a second process is refused with the first one's identifier until the first ends",
    .enabled(if: ChildProcess.executable != nil, "needs the program StoresKillHelper"))
  func lockedByAnotherProcess() throws {
    let folder = try TestFolder()
    let holder = try ChildProcess("hold", folder("run"))
    holder.waitForOutput()
    let error = expectStoreError { _ = try RunFolder.open(folder("run"), for: .writing) }
    #expect(error == .locked(path: folder("run"), processIdentifier: holder.process.processIdentifier))
    #expect(
      error?.description
        == "'\(folder("run"))' is being written by process \(holder.process.processIdentifier)")

    let second = try ChildProcess("write", folder("run")).finish()
    #expect(second.status == 1)
    #expect(second.text.hasSuffix("is being written by process \(holder.process.processIdentifier)"))
    #expect(try RunFolder.open(folder("run"), for: .reading).surfaceNames().isEmpty)

    _ = holder.kill(after: 0)
    #expect(throws: Never.self) { try RunFolder.open(folder("run"), for: .writing) }
  }

  @Test(
    "a bound on the size of files ends in one line, and the run finishes without it",
    .enabled(if: ChildProcess.executable != nil, "needs the program StoresKillHelper"),
    arguments: [0, 1_000, 4_096, 60_000, 80_000])
  func limitedFiles(bytes: Int) throws {
    let folder = try TestFolder()
    #expect(try ChildProcess("write", folder("reference")).finish().status == 0)
    let refused = try ChildProcess("limited", folder("run"), "\(bytes)").finish()
    #expect(refused.status == 1)
    #expect(!refused.text.isEmpty && !refused.text.contains("\n"), "\(refused.text)")
    #expect(try ChildProcess("write", folder("run")).finish().status == 0)
    #expect(
      try RunFolder.open(folder("run")).contentDigest() == RunFolder.open(folder("reference")).contentDigest()
    )
  }

  @Test(
    "a folder of somebody else cannot be written, can be read, and stays as it was",
    .enabled(if: ChildProcess.executable != nil, "needs the program StoresKillHelper"))
  func readOnlyFolder() throws {
    let folder = try TestFolder()
    let path = folder("run")
    #expect(try ChildProcess("write", path).finish().status == 0)
    let digest = try RunFolder.open(path).contentDigest()
    let manager = FileManager.default
    let paths = ([path] + (try manager.subpathsOfDirectory(atPath: path)).map { path + "/" + $0 })
    for path in paths {
      var isFolder: ObjCBool = false
      _ = manager.fileExists(atPath: path, isDirectory: &isFolder)
      try manager.setAttributes([.posixPermissions: isFolder.boolValue ? 0o555 : 0o444], ofItemAtPath: path)
    }
    let refused = try ChildProcess("unprivileged", path).finish()
    #expect(refused.status == 1)
    #expect(refused.text == StoreError.notWritable(path: path + "/run.lock").description)
    #expect(try RunFolder.open(path).contentDigest() == digest)
    for path in paths { try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
  }
}
