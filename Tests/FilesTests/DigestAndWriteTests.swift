import Foundation
import TestSupport
import Testing
import ThalwegFiles

@Suite("Digests and atomic writes")
struct DigestAndWriteTests {
  /// A folder for one test, removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("digests are those that FIPS 180-2 prints")
  func knownDigests() {
    #expect(sha256(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      sha256(of: Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(sha256(of: million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("a digest does not depend on the pieces, nor on memory or file")
  func pieces() throws {
    try withFolder { folder in
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try atomicWrite("\(folder)/x", bytes)
      #expect(try sha256(ofFile: "\(folder)/x") == sha256(of: bytes))
      #expect(try FileBytes(path: "\(folder)/x").bytes.elementsEqual(bytes))
      var hasher = SHA256Hasher()
      hasher.update("ab")
      hasher.update("c")
      #expect(hasher.finish() == sha256(of: Array("abc".utf8)))
    }
  }

  @Test("a write replaces the file whole and leaves nothing else in the folder")
  func replaces() throws {
    try withFolder { folder in
      try atomicWrite("\(folder)/x", "old, and longer")
      try atomicWrite("\(folder)/x", "new")
      #expect(try FileBytes(path: "\(folder)/x").bytes.elementsEqual("new".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x"])
    }
  }

  @Test("a write through a symbolic link replaces its target and keeps the link")
  func link() throws {
    try withFolder { folder in
      try atomicWrite("\(folder)/x", "old")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/l", withDestinationPath: "x")
      try atomicWrite("\(folder)/l", "new")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/l") == "x")
      #expect(try FileBytes(path: "\(folder)/x").bytes.elementsEqual("new".utf8))
    }
  }

  @Test("a failed write names path and reason, and leaves no temporary file")
  func failures() throws {
    try withFolder { folder in
      #expect(
        thrown(FileAccessError.self) { try atomicWrite("\(folder)/none/x", "a") }?.description
          == "\(folder)/none/x: cannot write: No such file or directory")
      #expect(throws: FileAccessError.self) { try atomicWrite("", "a") }
      #expect(throws: FileAccessError.self) { try atomicWrite("\(folder)/", "a") }
      try FileManager.default.createDirectory(atPath: "\(folder)/taken", withIntermediateDirectories: true)
      #expect(throws: FileAccessError.self) { try atomicWrite("\(folder)/taken", "a") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
    }
  }

  @Test("a folder without write permission, or a full device, is named as the reason")
  func refused() {
    // Nobody, the superuser included, can make files in /proc.
    let error = thrown(FileAccessError.self) { try atomicWrite("/proc/thalweg", "a") }
    #expect(error?.path == "/proc/thalweg")
    #expect(error?.reason.isEmpty == false)
  }
}
