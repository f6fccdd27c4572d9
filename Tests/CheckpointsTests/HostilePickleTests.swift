import Foundation
import TestSupport
import Testing
import ThalwegCheckpoints
import ThalwegFiles

/// A pickle written by hand, within a file of torch.save's old form.
struct PickleText {
  var bytes: [UInt8] = []

  static func + (a: PickleText, b: PickleText) -> PickleText { PickleText(bytes: a.bytes + b.bytes) }

  static func code(_ text: String) -> PickleText { PickleText(bytes: Array(text.utf8)) }

  static func global(_ module: String, _ name: String) -> PickleText { code("c\(module)\n\(name)\n") }

  static func text(_ text: String) -> PickleText {
    PickleText(bytes: [UInt8(ascii: "X"), UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8))
  }

  /// A whole number of 64 bits.
  static func number(_ value: Int) -> PickleText {
    PickleText(bytes: [0x8A, 8] + withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) })
  }

  static func tuple(_ items: PickleText...) -> PickleText {
    items.reduce(code("("), +) + code("t")
  }

  /// A storage of floats, as a persistent reference.
  static func storage(count: Int, key: String = "k") -> PickleText {
    tuple(text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), number(count), code("N"))
      + code("Q")
  }

  static func tensor(_ storage: PickleText, offset: Int, shape: [Int], strides: [Int]) -> PickleText {
    let list = { (values: [Int]) in values.reduce(code("(")) { $0 + number($1) } + code("t") }
    return global("torch._utils", "_rebuild_tensor")
      + tuple(storage, number(offset), list(shape), list(strides)) + code("R")
  }

  /// A dictionary with one entry, `w`.
  static func dictionary(_ value: PickleText) -> PickleText { code("}") + text("w") + value + code("s") }

  /// The whole file, with one storage of `stored` floats under the key `k`.
  func file(stored: Int = 4) -> FileBytes {
    var result: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    result += [0x80, 2, UInt8(ascii: "M"), 0xE9, 3, 0x2E]
    result += (PickleText.code("}") + .text("little_endian")).bytes + [0x88] + Array("s.".utf8)
    result += bytes + Array(".".utf8)
    result += (PickleText.code("](") + .text("k") + .code("e.")).bytes
    result += withUnsafeBytes(of: Int64(stored).littleEndian) { Array($0) }
    result += [UInt8](repeating: 0, count: 4 * max(0, min(stored, 100)))
    return FileBytes(name: "evil.pt", bytes: result)
  }
}

@Suite("Hostile pickles")
struct HostilePickleTests {
  private func failure(_ pickle: PickleText, stored: Int = 4) -> FileFormatError? {
    thrown(FileFormatError.self) { try Checkpoint(pickle.file(stored: stored)) }
  }

  @Test("the pickles of this suite are read where nothing is wrong")
  func harmless() throws {
    let tensor = PickleText.tensor(.storage(count: 4), offset: 1, shape: [3], strides: [1])
    let checkpoint = try Checkpoint(PickleText.dictionary(tensor).file())
    #expect(checkpoint["w"]?.values == .float32([0, 0, 0]))
  }

  @Test(
    "any other global is refused by name, and not called",
    arguments: [
      ("os", "system"), ("builtins", "eval"), ("__builtin__", "exec"), ("torch", "load"),
      ("torch.hub", "load"),
      ("torch._utils", "_rebuild_tensor_v3"), ("numpy.core.multiarray", "scalar"), ("collections", "deque"),
    ])
  func otherGlobals(_ module: String, _ name: String) {
    let error = failure(.global(module, name) + .tuple(.text("echo")) + .code("R"))
    #expect(error?.found == "the global “\(module).\(name)”")
    // Behind the magic number (15 bytes), the version (6) and the facts of the machine (22).
    #expect(error?.offset == 43)
    #expect(error?.file == "evil.pt")
    let viaStack = failure(.text(module) + .text(name) + PickleText(bytes: [0x93]))
    #expect(viaStack?.found == "the global “\(module).\(name)”")
  }

  @Test("names from the file cannot break the line of the error")
  func oneLine() {
    let error = failure(.text("o\ns") + .text("sys\u{1B}[31mtem\u{2028}") + PickleText(bytes: [0x93]))
    #expect(error?.description.contains { $0.isNewline || $0 == "\u{1B}" } == false)
  }

  @Test("half a million nested lists are no dictionary, and no crash")
  func deepNesting() {
    let nested = PickleText(
      bytes: Array("]".utf8) + [UInt8](repeating: 0x85, count: 500_000))
    #expect(failure(nested)?.expected == "a dictionary of tensors")
    let lists = PickleText(bytes: [UInt8](repeating: UInt8(ascii: "("), count: 500_000))
    #expect(failure(lists) != nil)
  }

  @Test("more values than any checkpoint has are refused before they fill the memory")
  func tooManyValues() {
    let many = PickleText(bytes: [UInt8](repeating: UInt8(ascii: "N"), count: 1_100_000))
    #expect(failure(many)?.found.contains("more than 1048576 values") == true)
    // A list of 3000 pairs, from which 1000 dictionaries are made: 3 bytes ask for 6001 values each time.
    let list = PickleText(
      bytes: Array("NN".utf8) + [0x86] + Array("q\u{0}0](".utf8)
        + (0..<3000).flatMap { _ in Array("h\u{0}".utf8) } + Array("e".utf8) + [0x85] + Array("q\u{1}".utf8))
    let copies = (0..<1000).reduce(into: PickleText.global("collections", "OrderedDict") + .code("q\u{2}0")) {
      pickle, _ in pickle.bytes += Array("h\u{2}h\u{1}R0".utf8)
    }
    #expect(failure(list + copies)?.found.contains("more than 4194304 values") == true)
  }

  @Test("a list and a dictionary that hold themselves are read without recursion")
  func cycles() throws {
    #expect(failure(.code("]q\u{0}h\u{0}a")) != nil)
    // {'model': itself}: there is no tensor to be found.
    let cycle = PickleText.code("}q\u{0}") + .text("model") + .code("h\u{0}s")
    #expect(failure(cycle)?.found == "no tensors under the keys [model]")
  }

  @Test(
    "instructions without their operands are errors",
    arguments: [
      "h\u{7}", "j\u{7}\u{7}\u{0}\u{0}", "t", "R", "a", "s", "u", "b", "Q", "0", "(0", "1", "q\u{1}", "2",
    ])
  func missingOperands(_ code: String) {
    #expect(failure(.code(code)) != nil)
  }

  @Test("instructions that no tensor needs are refused", arguments: ["i", "o", "P", "I", "S", "V", "~"])
  func otherInstructions(_ code: String) {
    #expect(failure(.code(code))?.found.hasPrefix("pickle instruction 0x") == true)
    #expect(failure(PickleText(bytes: [0x81]))?.found == "pickle instruction 0x81")
  }

  @Test(
    "a view outside its storage is an error",
    arguments: [
      (0, [5], [1]), (2, [3], [1]), (-1, [2], [1]), (0, [2, 2], [2, 2]), (0, [2], [-1]), (1, [2], [.max]),
      (0, [2], [.min]), (.max, [1], [1]), (.min, [1], [1]), (0, [4], [0, 1]), (0, [-1], [1]),
      (0, [.max, 3], [1, 1]), (0, [1 << 32, 1 << 32], [0, 0]), (0, [1_000_000], [0]),
    ] as [(Int, [Int], [Int])])
  func viewsOutside(_ offset: Int, _ shape: [Int], _ strides: [Int]) {
    #expect(
      failure(.dictionary(.tensor(.storage(count: 4), offset: offset, shape: shape, strides: strides))) != nil
    )
  }

  @Test("a storage announced longer than the file is an error before anything is allocated")
  func longStorage() {
    let count = 1 << 60
    let tensor = PickleText.tensor(.storage(count: count), offset: 0, shape: [count], strides: [1])
    #expect(failure(.dictionary(tensor), stored: count) != nil)
    #expect(failure(.dictionary(tensor), stored: 4) != nil)
    let negative = PickleText.tensor(.storage(count: -1), offset: 0, shape: [0], strides: [1])
    #expect(failure(.dictionary(negative), stored: -1) != nil)
  }

  @Test("a thousand tensors on one storage may not hold more than 16 times the file")
  func sharedStorage() throws {
    func shared(_ tensors: Int) -> PickleText {
      let count = 50_000
      var pickle = PickleText.code("}") + .storage(count: count) + .code("q\u{0}0")
      for index in 0..<tensors {
        let tensor = PickleText.tensor(.code("h\u{0}"), offset: 0, shape: [count], strides: [1])
        pickle = pickle + .text("w\(index)") + tensor + .code("s")
      }
      return pickle
    }
    #expect(failure(shared(1000))?.expected.hasPrefix("at most 16 times") == true)
  }
}
