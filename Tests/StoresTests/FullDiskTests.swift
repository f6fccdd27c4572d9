import Foundation
import TestSupport
import Testing
import ThalwegStores

@Suite("Full disks", .serialized)
struct FullDiskTests {
  static let axes = [SurfaceAxis(name: "x", coordinates: (0..<1_000).map(Double.init))]

  static func block(_ number: Int) -> [SurfacePoint] {
    (number * 50..<number * 50 + 50).map { position in
      .measured(
        position, loss: Double(position), extra: [String(repeating: "long name ", count: 20): 1])
    }
  }

  @Test(
    "a full disk is a typed error, keeps the blocks before it, and the run goes on when space is free",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a file system"))
  func fullDisk() throws {
    let disk = try #require(SmallDisk(kilobytes: 256))
    let run = try RunFolder.create(disk.path + "/run", plainDescription)
    let store = try run.surface(named: "s", axes: Self.axes)
    try store.write(Self.block(0))

    let filler = disk.path + "/filler"
    let descriptor = open(filler, O_WRONLY | O_CREAT, 0o644)
    let page = [UInt8](repeating: 0, count: 4_096)
    while write(descriptor, page, page.count) > 0 {}
    close(descriptor)

    #expect(throws: StoreError.diskFull(path: run.path + "/results.sqlite")) {
      for number in 1..<20 { try store.write(Self.block(number)) }
    }
    #expect(throws: StoreError.diskFull(path: run.path + "/run.json")) { try run.finish() }
    let kept = try store.allPoints()
    #expect(kept.prefix(50).map(\.loss) == (0..<50).map { Double($0) })
    #expect(kept.count { $0.state == .measured } % 50 == 0)
    #expect(throws: Never.self) { try RunFolder.open(run.path).contentDigest() }

    unlink(filler)
    try store.write(Self.block(1))
    try run.finish()
    #expect(try store.allPoints()[99].loss == 99)
    run.close()
  }

  @Test(
    "a run cannot begin on a full disk, and can when space is free",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a file system"))
  func beginOnFullDisk() throws {
    let disk = try #require(SmallDisk(kilobytes: 256))
    let filler = disk.path + "/filler"
    let descriptor = open(filler, O_WRONLY | O_CREAT, 0o644)
    let page = [UInt8](repeating: 0, count: 4_096)
    while write(descriptor, page, page.count) > 0 {}
    close(descriptor)
    let error = expectStoreError { _ = try RunFolder.openOrCreate(disk.path + "/run", plainDescription) }
    guard case .diskFull = error else {
      Issue.record("\(error.map { "\($0)" } ?? "no error") does not say that the disk is full")
      return
    }
    unlink(filler)
    let run = try RunFolder.openOrCreate(disk.path + "/run", plainDescription)
    run.close()
  }
}
