import Foundation
import Testing
import ThalwegStores

@Suite("Run folders")
struct RunFolderTests {
  @Test("a run keeps its description, and its folder has the named parts")
  func descriptionRoundTrip() throws {
    let folder = try TestFolder()
    let path = folder("a/b/run")
    let run = try RunFolder.create(path, plainDescription)
    #expect(run.runDescription == plainDescription)
    #expect(run.times.finished == nil)
    try run.finish()
    run.close()

    let again = try RunFolder.open(path)
    #expect(again.runDescription == plainDescription)
    #expect(again.times.finished != nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        == ["checkpoints", "figures", "results.sqlite", "run.json", "run.lock"])
  }

  @Test("another identity is refused with the first differing field, and nothing is changed")
  func identityMismatch() throws {
    let folder = try TestFolder()
    let path = folder("run")
    try RunFolder.create(path, plainDescription).close()
    let before = try Data(contentsOf: URL(fileURLWithPath: path + "/run.json"))

    var other = plainDescription
    other.options = ["model": "resnet20", "grid": ["width": 3, "height": 7]]
    let error = expectStoreError { _ = try RunFolder.openOrCreate(path, other) }
    #expect(
      error?.description == "'\(path)' holds another run: options.grid.height is 5, expected 7")

    other = plainDescription
    other.seeds = [:]
    #expect(
      expectStoreError { _ = try RunFolder.openOrCreate(path, other) }?.description
        == "'\(path)' holds another run: seeds.directions is 18446744073709551615, expected absent")

    other = plainDescription
    other.kind = "train"
    other.hashes["data"] = "def"
    #expect(
      expectStoreError { _ = try RunFolder.openOrCreate(path, other) }
        == .identityMismatch(
          path: path,
          difference: FieldDifference(field: "kind", found: "\"surface\"", expected: "\"train\"")))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/run.json")) == before)
  }

  @Test("settings, versions, machine and command line do not belong to the identity")
  func sameIdentity() throws {
    let folder = try TestFolder()
    try RunFolder.create(folder("run"), plainDescription).close()
    var other = plainDescription
    (other.settings, other.versions, other.machine, other.commandLine) = (["threads": 8], [:], [:], ["x"])
    other.options = ["grid": ["height": 5.0, "width": 3], "model": "resnet20"]
    let run = try RunFolder.openOrCreate(folder("run"), other)
    #expect(run.times.resumed.count == 1)
    #expect(run.runDescription == plainDescription)
  }

  @Test("a folder that holds something else is refused and left alone")
  func foreignFolder() throws {
    let folder = try TestFolder()
    try Data("thesis".utf8).write(to: URL(fileURLWithPath: folder("thesis.tex")))
    #expect(
      expectStoreError { _ = try RunFolder.openOrCreate(folder.path, plainDescription) }
        == .notARunFolder(path: folder.path, found: "thesis.tex"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["thesis.tex"])
    #expect(expectStoreError { _ = try RunFolder.open(folder.path) } == .noRun(path: folder.path))
    #expect(expectStoreError { _ = try RunFolder.open(folder("absent")) } == .noRun(path: folder("absent")))
    expectStoreError { _ = try RunFolder.create(folder("thesis.tex"), plainDescription) }
    expectStoreError { _ = try RunFolder.create(folder("thesis.tex/run"), plainDescription) }
  }

  @Test("create refuses an existing run; an empty folder and an interrupted creation are taken")
  func creation() throws {
    let folder = try TestFolder()
    try RunFolder.create(folder.path, plainDescription).close()
    #expect(
      expectStoreError { _ = try RunFolder.create(folder.path, plainDescription) }
        == .alreadyExists(path: folder.path))

    let interrupted = try TestFolder()
    try Data().write(to: URL(fileURLWithPath: interrupted("run.lock")))
    try Data("{".utf8).write(to: URL(fileURLWithPath: interrupted(".run.json.abc.tmp")))
    try RunFolder.openOrCreate(interrupted.path, plainDescription).close()
    try RunFolder.openOrCreate(interrupted.path, plainDescription).close()
    #expect(!FileManager.default.fileExists(atPath: interrupted(".run.json.abc.tmp")))
  }

  @Test("a folder cannot be opened for writing twice in one process, and can after closing")
  func lockedByThisProcess() throws {
    let folder = try TestFolder()
    let run = try RunFolder.create(folder.path, plainDescription)
    #expect(
      expectStoreError { _ = try RunFolder.open(folder.path, for: .writing) }
        == .locked(path: folder.path, processIdentifier: getpid()))
    run.close()
    #expect(expectStoreError { _ = try run.surfaceNames() } == .closed(path: folder("results.sqlite")))
    #expect(expectStoreError { try run.finish() } == .closed(path: folder.path))
    try RunFolder.open(folder.path, for: .writing).close()
  }

  @Test("a store keeps its run locked after the run itself is gone")
  func storeKeepsLock() throws {
    let folder = try TestFolder()
    var history: HistoryStore? = try RunFolder.create(folder.path, plainDescription).history()
    expectStoreError { _ = try RunFolder.open(folder.path, for: .writing) }
    try history?.append(HistoryEntry(epoch: 1, values: [:]))
    history = nil
    #expect(throws: Never.self) { try RunFolder.open(folder.path, for: .writing) }
  }

  @Test("a copy of the descriptor, as a child process has until it becomes its program, does not keep the lock")
  func copiedDescriptor() throws {
    let folder = try TestFolder()
    let run = try RunFolder.create(folder.path, plainDescription)
    let manager = FileManager.default
    let lock = try #require(
      manager.contentsOfDirectory(atPath: "/proc/self/fd").first {
        (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)) == folder("run.lock")
      }.flatMap { Int32($0) })
    let copy = dup(lock)
    defer { close(copy) }
    run.close()
    #expect(throws: Never.self) { try RunFolder.open(folder.path, for: .writing) }
  }

  @Test("a run opened for reading refuses every change")
  func readingOnly() throws {
    let folder = try TestFolder()
    try RunFolder.create(folder.path, plainDescription).close()
    let run = try RunFolder.open(folder.path)
    let refused = StoreError.openedForReading(path: folder("results.sqlite"))
    #expect(expectStoreError { _ = try run.surface(named: "s", axes: narrowAxes) } == refused)
    #expect(expectStoreError { try run.facts.set("a", to: 1) } == refused)
    #expect(expectStoreError { try run.history().truncate(after: 0) } == refused)
    #expect(expectStoreError { try run.finish() } == .openedForReading(path: folder.path))
    #expect(expectStoreError { _ = try run.surface(named: "s") } == .noSurface(name: "s"))
  }

  @Test("a copy of a folder opens, resumes, and has the same digest")
  func copy() throws {
    let folder = try TestFolder()
    let run = try RunFolder.create(folder("run"), plainDescription)
    try run.surface(named: "s", axes: narrowAxes).write([.measured(4, loss: 0.3)])
    try FileManager.default.copyItem(atPath: folder("run"), toPath: folder("copy"))
    let copy = try RunFolder.openOrCreate(folder("copy"), plainDescription)
    #expect(try copy.contentDigest() == run.contentDigest())
    try copy.surface(named: "s").write([.measured(5, loss: 0.4)])
    let comparison = try copy.compared(with: run)
    #expect(comparison.identityDifferences.isEmpty)
    #expect(comparison.differingSections == ["surface s"])
  }

  @Test("checkpoints are listed by epoch, other files are passed over")
  func checkpoints() throws {
    let folder = try TestFolder()
    let run = try RunFolder.create(folder.path, plainDescription)
    for epoch in [10, 9, 1_234_567] {
      try Data().write(to: URL(fileURLWithPath: run.checkpointPath(epoch: epoch)))
    }
    try Data().write(to: URL(fileURLWithPath: folder("checkpoints/notes.txt")))
    #expect(try run.checkpointEpochs() == [9, 10, 1_234_567])
    #expect(run.checkpointPath(epoch: 9) == folder("checkpoints/epoch-000009.safetensors"))
    #expect(run.figurePath("a.svg") == folder("figures/a.svg"))
  }
}
