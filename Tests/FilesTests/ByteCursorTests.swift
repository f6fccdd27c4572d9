import Foundation
import TestSupport
import Testing
import ThalwegFiles

@Suite("Bytes of files")
struct ByteCursorTests {
  private let file = FileBytes(name: "f", bytes: [1, 2, 3, 4, 0xFF, 0xFF, 0xFF, 0xFF])

  @Test("integers are read in either byte order, and the position moves on")
  func integers() throws {
    var cursor = file.cursor()
    #expect(try cursor.readInteger(UInt16.self) == 0x0201)
    #expect(try cursor.readInteger(UInt16.self, order: .big) == 0x0304)
    #expect(try cursor.readInteger(Int32.self) == -1)
    #expect(cursor.remaining == 0)
  }

  @Test("a read past the end says where it is and how much is left")
  func pastTheEnd() throws {
    var cursor = file.cursor()
    _ = try cursor.readBytes(6)
    let error = thrown(FileFormatError.self) { try cursor.readInteger(UInt32.self, "the number of images") }
    #expect(
      error?.description == "f: byte 6: found 2 bytes until the end, expected 4 bytes of the number of images"
    )
    #expect(throws: FileFormatError.self) { try cursor.readBytes(-1) }
    #expect(throws: FileFormatError.self) { try cursor.readBytes(.max) }
    #expect(throws: FileFormatError.self) { try cursor.seek(to: 9) }
    #expect(throws: FileFormatError.self) { try cursor.seek(to: -1) }
    #expect(cursor.position == 6)
  }

  @Test("a negative number is no count")
  func counts() {
    var cursor = FileBytes(name: "f", bytes: [UInt8](repeating: 0xFF, count: 16)).cursor()
    #expect(thrown(FileFormatError.self) { try cursor.readCount(Int32.self) }?.found == "-1")
    #expect(throws: FileFormatError.self) { try cursor.readCount(UInt64.self) }
  }

  @Test("a part keeps the offsets of the whole")
  func parts() {
    var cursor = file.part(4..<6, name: "f(part)").cursor()
    #expect(cursor.position == 4)
    let error = thrown(FileFormatError.self) { try cursor.readInteger(UInt32.self) }
    #expect(error?.offset == 4)
    #expect(error?.file == "f(part)")
  }

  @Test("a product of extents is exact, or nil where it overflows or an extent is negative")
  func products() {
    #expect(checkedProduct([]) == 1)
    #expect(checkedProduct([2, 3, 4]) == 24)
    #expect(checkedProduct([.max, 2]) == nil)
    #expect(checkedProduct([0, .max, 2]) == nil)
    #expect(checkedProduct([2, 0]) == 0)
    #expect(checkedProduct([-1, -1]) == nil)
  }

  @Test("text from a file cannot break an error's line or flood it")
  func printableText() {
    #expect(printable("a\nb\u{1B}[0m\u{2028}é") == "a\\u{a}b\\u{1b}[0m\\u{2028}é")
    #expect(printable(String(repeating: "x", count: 1000)).count == 201)
  }

  @Test("a missing file, a folder and a device are refused with the reason")
  func unreadable() {
    #expect(
      thrown(FileAccessError.self) { try FileBytes(path: "/nowhere/x") }?.reason.contains("No such") == true)
    let folder = FileManager.default.temporaryDirectory.path
    #expect(thrown(FileAccessError.self) { try FileBytes(path: folder) }?.reason.contains("folder") == true)
    #expect(
      thrown(FileAccessError.self) { try FileBytes(path: "/dev/zero") }?.reason.contains("regular") == true)
    #expect(
      thrown(FileAccessError.self) { try sha256(ofFile: "/dev/zero") }?.reason.contains("regular") == true)
  }
}
