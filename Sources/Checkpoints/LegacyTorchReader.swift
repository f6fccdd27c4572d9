import ThalwegFiles

/// Reads torch.save's old form.
///
/// Five pickles one after another: a magic number, the version 1001, facts about the machine, the object, the
/// keys of its storages; then, for each key, a 64-bit count and that many elements.
struct LegacyTorchReader {
  /// 0x1950a86a20f9469cfc6c, least significant byte first.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  private static let version = 1001

  private let file: FileBytes

  init(_ file: FileBytes) {
    self.file = file
  }

  /// One pickle: its value, the containers that hold it, and where the next one starts.
  private struct Pickle {
    let root: PickleValue
    let heap: PickleHeap
    let start: Int
    let end: Int
  }

  private func pickle(at start: Int) throws(FileFormatError) -> Pickle {
    var machine = try PickleMachine(file, at: start)
    let root = try machine.run()
    return Pickle(root: root, heap: machine.heap, start: start, end: machine.cursor.position)
  }

  func read() throws(FileFormatError) -> Checkpoint {
    let magic = try pickle(at: file.bytes.startIndex)
    guard case .longInteger(LegacyTorchReader.magic) = magic.root else {
      throw file.failure(
        at: magic.start, found: "a pickle without torch.save's magic number",
        expected: "a file written by torch.save")
    }
    let version = try pickle(at: magic.end)
    guard case .integer(LegacyTorchReader.version) = version.root else {
      throw file.failure(
        at: version.start, found: version.root.kind, expected: "version 1001 of torch.save's old form")
    }
    let facts = try pickle(at: version.end)
    guard case .dictionary(let index) = facts.root,
      case .bool(true) = facts.heap.value(of: "little_endian", in: index)
    else {
      throw file.failure(
        at: facts.start, found: "other facts of the machine", expected: "little-endian values")
    }
    let object = try pickle(at: facts.end)
    let state = try StateDictionary(object.root, heap: object.heap, file: file, fileCount: file.count)
    let contents = try readStorages(after: object)
    return try state.checkpoint(contents, format: .torchPickle)
  }

  private func readStorages(after object: Pickle) throws(FileFormatError) -> [String: ArraySlice<UInt8>] {
    var known: [String: PickleHeap.Storage] = [:]
    for storage in object.heap.storages {
      if let earlier = known[storage.key], earlier.type != storage.type || earlier.count != storage.count {
        throw file.failure(
          at: storage.place, found: "storage “\(storage.key)” with a second type or length", expected: "one")
      }
      known[storage.key] = storage
    }
    let keys = try pickle(at: object.end)
    guard case .sequence(let index) = keys.root else {
      throw file.failure(at: keys.start, found: keys.root.kind, expected: "the list of storages")
    }
    var cursor = file.cursor()
    try cursor.seek(to: keys.end)
    var contents: [String: ArraySlice<UInt8>] = [:]
    for element in keys.heap.sequences[index] {
      guard case .string(let key) = element, let storage = known[key], contents[key] == nil else {
        throw file.failure(
          at: keys.start, found: "\(element.kind) in the list of storages",
          expected: "keys that the object mentions, each once")
      }
      let place = cursor.position
      let count = try cursor.readCount(Int64.self, "a storage's length")
      guard count == storage.count, let size = checkedProduct([count, storage.type.byteCount]) else {
        throw file.failure(
          at: place, found: "storage “\(key)” of \(count) elements", expected: "\(storage.count) elements")
      }
      contents[key] = try cursor.readBytes(size, "storage “\(key)”")
    }
    return contents
  }
}
