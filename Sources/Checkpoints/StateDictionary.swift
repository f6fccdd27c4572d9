import ThalwegFiles

/// The state dictionary within what a torch.save file holds, before any value is read.
struct StateDictionary {
  /// Keys under which programs put it, the most explicit first.
  static let containerKeys = ["state_dict", "model_state_dict", "model", "net", "network", "model_state"]
  /// What data-parallel training puts before all names.
  static let parallelPrefix = "module."
  /// All tensors together may hold at most this many times the file's bytes, or 1 MiB if that is more: tied
  /// weights share a storage, but a small file must not ask for any amount of memory.
  static let largestExpansion = 16

  private let file: FileBytes
  private let heap: PickleHeap
  private let fileCount: Int
  private(set) var entries: [(name: String, tensor: PickleHeap.Tensor)] = []
  private(set) var metadata: [String: String] = [:]
  private(set) var container: [String] = []
  private(set) var strippedPrefix: String?

  /// Finds the state dictionary in `root`.
  ///
  /// - Parameters:
  ///   - root: The saved object.
  ///   - heap: What the pickle made.
  ///   - file: The pickle, for errors.
  ///   - fileCount: Length of the whole file, which bounds what the tensors may hold.
  init(
    _ root: PickleValue, heap: PickleHeap, file: FileBytes, fileCount: Int
  ) throws(FileFormatError) {
    self.file = file
    self.heap = heap
    self.fileCount = fileCount
    guard case .dictionary(let top) = root else {
      throw file.failure(
        at: file.bytes.startIndex, found: "\(root.kind) as the saved object",
        expected: "a dictionary of tensors")
    }
    var visited: Set<Int> = []
    guard let path = StateDictionary.path(from: top, in: heap, visited: &visited) else {
      let keys = heap.dictionaries[top].prefix(8).compactMap {
        if case .string(let key) = $0.key { key } else { nil }
      }
      throw file.failure(
        at: file.bytes.startIndex, found: "no tensors under the keys [\(keys.joined(separator: ", "))]",
        expected:
          "a dictionary of tensors, bare or under \(StateDictionary.containerKeys.joined(separator: ", "))")
    }
    container = path
    collect(from: top)
    stripPrefix()
    try checkTotal()
  }

  /// Keys that lead from `dictionary` to one that holds tensors.
  private static func path(
    from dictionary: Int, in heap: PickleHeap, visited: inout Set<Int>
  ) -> [String]? {
    guard visited.insert(dictionary).inserted, visited.count <= 64 else { return nil }
    for key in containerKeys {
      guard case .dictionary(let child) = heap.value(of: key, in: dictionary) else { continue }
      if let rest = path(from: child, in: heap, visited: &visited) { return [key] + rest }
    }
    let holdsTensors = heap.dictionaries[dictionary].contains {
      if case (.string, .tensor) = ($0.key, $0.value) { true } else { false }
    }
    return holdsTensors ? [] : nil
  }

  /// Takes the tensors at the end of the path, and numbers and strings on the way there.
  private mutating func collect(from top: Int) {
    var dictionary = top
    for key in container {
      collectMetadata(of: dictionary)
      if case .dictionary(let child) = heap.value(of: key, in: dictionary) { dictionary = child }
    }
    collectMetadata(of: dictionary)
    var places: [String: Int] = [:]
    for (key, value) in heap.dictionaries[dictionary] {
      guard case .string(let name) = key, case .tensor(let index) = value else { continue }
      // As in Python, a key set twice keeps its place and takes the later value.
      if let place = places[name] {
        entries[place].tensor = heap.tensors[index]
      } else {
        places[name] = entries.count
        entries.append((name, heap.tensors[index]))
      }
    }
  }

  private mutating func collectMetadata(of dictionary: Int) {
    for (key, value) in heap.dictionaries[dictionary] {
      guard case .string(let name) = key else { continue }
      switch value {
      case .bool(let flag): metadata[name] = flag ? "true" : "false"
      case .integer(let number): metadata[name] = String(number)
      case .real(let number): metadata[name] = String(number)
      case .string(let text): metadata[name] = text
      default: continue
      }
    }
  }

  private mutating func stripPrefix() {
    let prefix = StateDictionary.parallelPrefix
    guard entries.allSatisfy({ $0.name.hasPrefix(prefix) }) else { return }
    strippedPrefix = prefix
    entries = entries.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
  }

  private func checkTotal() throws(FileFormatError) {
    let bound = max(1 << 20, StateDictionary.largestExpansion * fileCount)
    var total = 0
    for (name, tensor) in entries {
      let width = heap.storages[tensor.storage].type.byteCount
      let size = checkedProduct(tensor.shape + [width]) ?? Int.max
      guard size <= bound - total else {
        throw file.failure(
          at: tensor.place, found: "tensors of more than \(bound) bytes, “\(name)” among them",
          expected: "at most \(StateDictionary.largestExpansion) times the file's \(fileCount) bytes")
      }
      total += size
    }
  }

  /// The storages that the tensors need, one per key.
  var storages: [String: PickleHeap.Storage] {
    var result: [String: PickleHeap.Storage] = [:]
    for (_, tensor) in entries {
      let storage = heap.storages[tensor.storage]
      result[storage.key] = result[storage.key] ?? storage
    }
    return result
  }

  /// Reads the tensors' values from the storages' bytes.
  func checkpoint(
    _ contents: [String: ArraySlice<UInt8>], format: Checkpoint.Format
  ) throws(FileFormatError) -> Checkpoint {
    var tensors: [NamedTensor] = []
    tensors.reserveCapacity(entries.count)
    for (name, tensor) in entries {
      let storage = heap.storages[tensor.storage]
      guard let bytes = contents[storage.key], bytes.count / storage.type.byteCount == storage.count else {
        throw file.failure(
          at: storage.place,
          found: "storage “\(storage.key)” of \(contents[storage.key]?.count ?? 0) bytes",
          expected: "\(storage.count) elements of \(storage.type.rawValue)")
      }
      tensors.append(
        NamedTensor(
          name: name, shape: tensor.shape, values: values(of: tensor, storage, bytes),
          storedType: storage.type))
    }
    return Checkpoint(
      tensors: tensors, metadata: metadata, format: format, strippedPrefix: strippedPrefix,
      container: container)
  }

  /// The view was checked against the storage when the tensor was rebuilt.
  private func values(
    of tensor: PickleHeap.Tensor, _ storage: PickleHeap.Storage, _ bytes: ArraySlice<UInt8>
  ) -> TensorValues {
    let count = tensor.shape.reduce(1, *)
    let offset = storage.view.lowerBound + tensor.offset
    let places = StridedPlaces(shape: tensor.shape, strides: tensor.strides, offset: offset)
    let width = storage.type.byteCount
    if count == 0 { return TensorValues(decoding: [], as: storage.type) }
    guard places.isContiguous else {
      return TensorValues(
        decoding: bytes, as: storage.type, shape: tensor.shape, strides: tensor.strides, offset: offset)
    }
    let start = bytes.startIndex + offset * width
    return TensorValues(decoding: bytes[start..<(start + count * width)], as: storage.type)
  }
}
