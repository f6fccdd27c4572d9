import Foundation
import Testing
import ThalwegRandomness
import ThalwegStores

@Suite("Files that are not what they should be")
struct HostileFileTests {
  private func finishedRun(_ folder: TestFolder) throws -> String {
    let run = try RunFolder.create(folder("run"), plainDescription)
    let store = try run.surface(named: "s", axes: narrowAxes)
    try store.write((0..<15).map { .measured($0, loss: Double($0) / 3, extra: ["a": 1]) })
    try run.facts.set("cosine", to: 0.5)
    try run.history().append(HistoryEntry(epoch: 1, values: ["loss": 1]))
    run.close()
    return folder("run")
  }

  private func replace(_ path: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  @Test("a text in place of the database is one line for readers and writers")
  func foreignDatabase() throws {
    let folder = try TestFolder()
    let path = try finishedRun(folder)
    let text = String(repeating: "this is no database\n", count: 100)
    try replace(path + "/results.sqlite", text)
    for purpose in [RunFolder.Purpose.reading, .writing] {
      let error = expectStoreError { _ = try RunFolder.open(path, for: purpose) }
      #expect(error?.description.hasPrefix("'\(path)/results.sqlite' is not a result database: ") == true)
    }
    #expect(try String(contentsOfFile: path + "/results.sqlite", encoding: .utf8) == text)
  }

  @Test(
    "a database that is lost or cut off is an error for readers and writers",
    arguments: [nil, 0, 1, 300, 4096, 8192])
  func lostDatabase(byteCount: Int?) throws {
    let folder = try TestFolder()
    let path = try finishedRun(folder)
    let database = path + "/results.sqlite"
    if let byteCount {
      try Data(Data(contentsOf: URL(fileURLWithPath: database)).prefix(byteCount))
        .write(to: URL(fileURLWithPath: database))
    } else {
      try FileManager.default.removeItem(atPath: database)
    }
    for purpose in [RunFolder.Purpose.reading, .writing] {
      let error = expectStoreError { _ = try RunFolder.open(path, for: purpose) }
      if (byteCount ?? 0) == 0 { #expect(error == .resultsLost(path: database)) }
    }
    // Not even the attempt made a new one.
    #expect(FileManager.default.fileExists(atPath: database) == (byteCount != nil))
  }

  @Test("a run that was killed before it made its database is an error for readers and empty for writers")
  func interruptedCreation() throws {
    let folder = try TestFolder()
    let path = try finishedRun(folder)
    try FileManager.default.removeItem(atPath: path + "/results.sqlite")
    let record = try String(contentsOfFile: path + "/run.json", encoding: .utf8)
    let early = record.replacing(#/\s*"hasResults": true,/#, with: "")
    try #require(early != record)
    try replace(path + "/run.json", early)
    expectStoreError { _ = try RunFolder.open(path) }
    #expect(try RunFolder.open(path, for: .writing).surfaceNames().isEmpty)
  }

  @Test(
    "a run.json that cannot be understood is one line",
    arguments: [
      "", "{", "[]", "\"text\"", "{\"format\":\"thalweg-run\"}", "{\"format\":\"other\",\"layout\":1}",
      "{\"format\":\"thalweg-run\",\"layout\":99}", "{\"format\":\"thalweg-run\",\"layout\":1}",
      String(repeating: "[", count: 100_000), "\u{0}\u{1}",
    ])
  func foreignRecord(text: String) throws {
    let folder = try TestFolder()
    let path = try finishedRun(folder)
    try replace(path + "/run.json", text)
    for purpose in [RunFolder.Purpose.reading, .writing] {
      expectStoreError { _ = try RunFolder.open(path, for: purpose) }
    }
    expectStoreError { _ = try RunFolder.openOrCreate(path, plainDescription) }
    #expect(try String(contentsOfFile: path + "/run.json", encoding: .utf8) == text)
  }

  @Test("a damaged database gives an error or values, never a crash")
  func damagedDatabase() throws {
    let folder = try TestFolder()
    let path = try finishedRun(folder)
    let file = URL(fileURLWithPath: path + "/results.sqlite")
    let original = [UInt8](try Data(contentsOf: file))
    var random = RandomStream(seed: 11)
    var errors = 0
    for _ in 0..<400 {
      var bytes = original
      for _ in 0...random.index(below: 8) {
        bytes[random.index(below: bytes.count)] = UInt8(random.index(below: 256))
      }
      if random.index(below: 10) == 0 { bytes.removeLast(random.index(below: bytes.count)) }
      try Data(bytes).write(to: file)
      do {
        let run = try RunFolder.open(path)
        _ = try run.contentDigest()
        for name in try run.surfaceNames() { _ = try run.surface(named: name).json() }
        for name in try run.historyNames() { _ = try run.history(named: name).csv() }
        _ = try run.facts.all()
      } catch {
        #expect(error.isOneLine)
        errors += 1
      }
    }
    #expect(errors > 0)
  }
}
