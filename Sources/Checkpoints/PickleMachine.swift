import ThalwegFiles

/// Runs the part of Python's pickle language that checkpoints use, and executes nothing.
///
/// A pickle is a program for a stack machine; its `REDUCE` calls any function that the program names. This
/// machine knows six names (``AllowedGlobal``), rebuilds tensors' descriptions for them, and refuses all others.
///
/// Source: Python's `pickletools`, protocols 0–4.
struct PickleMachine {
  /// Most values on the stack, and most entries of the memo.
  static let largestStack = 1 << 20
  /// Most containers, and most values within them together.
  static let largestHeap = 1 << 22

  let file: FileBytes
  var cursor: ByteCursor
  private(set) var heap = PickleHeap()
  private var heapCount = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// A machine that starts at `position`.
  init(_ file: FileBytes, at position: Int) throws(FileFormatError) {
    self.file = file
    cursor = file.cursor()
    try cursor.seek(to: position)
  }

  /// Runs until `STOP`, and leaves the cursor behind it.
  mutating func run() throws(FileFormatError) -> PickleValue {
    while true {
      let place = cursor.position
      let byte = try cursor.readByte("a pickle instruction")
      guard let code = PickleCode(rawValue: byte) else {
        throw failure(
          place, "pickle instruction 0x\(hexadecimal([byte]))", "an instruction that tensor checkpoints use")
      }
      if code == .stop { return try pop(place) }
      try execute(code, place)
      guard stack.count <= PickleMachine.largestStack && memo.count <= PickleMachine.largestStack else {
        throw failure(
          place, "more than \(PickleMachine.largestStack) values at once", "a checkpoint's pickle")
      }
      guard heapCount <= PickleMachine.largestHeap else {
        throw failure(place, "more than \(PickleMachine.largestHeap) values in all", "a checkpoint's pickle")
      }
    }
  }

  private mutating func execute(_ code: PickleCode, _ place: Int) throws(FileFormatError) {
    switch code {
    case .stop: break  // `run` ends there.
    case .proto:
      let version = try cursor.readByte()
      guard version <= 5 else { throw failure(place, "pickle protocol \(version)", "at most 5") }
    case .frame: _ = try cursor.readBytes(8, "a frame's length")
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop(place)
    case .popMark: _ = try popToMark(place)
    case .dup: stack.append(try top(place))
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.integer(Int(try cursor.readInteger(Int32.self))))
    case .binInt1: stack.append(.integer(Int(try cursor.readByte())))
    case .binInt2: stack.append(.integer(Int(try cursor.readInteger(UInt16.self))))
    case .long1: try pushLong(count: Int(cursor.readByte()))
    case .long4: try pushLong(count: cursor.readCount(Int32.self))
    case .binFloat:
      stack.append(.real(Double(bitPattern: try cursor.readInteger(UInt64.self, order: .big))))
    case .binUnicode, .binString, .binBytes:
      try pushString(count: cursor.readCount(UInt32.self, "a string's length"))
    case .shortBinUnicode, .shortBinString, .shortBinBytes: try pushString(count: Int(cursor.readByte()))
    case .binUnicode8, .binBytes8: try pushString(count: cursor.readCount(UInt64.self, "a string's length"))
    default: try executeContainers(code, place)
    }
  }

  private mutating func executeContainers(_ code: PickleCode, _ place: Int) throws(FileFormatError) {
    switch code {
    case .emptyTuple, .emptyList: push(sequence: [])
    case .tuple, .list: push(sequence: try popToMark(place))
    case .tuple1: push(sequence: try pop(1, place))
    case .tuple2: push(sequence: try pop(2, place))
    case .tuple3: push(sequence: try pop(3, place))
    case .append: try append(pop(1, place), place)
    case .appends: try append(popToMark(place), place)
    case .emptyDict: push(dictionary: [])
    case .dict: push(dictionary: try pairs(popToMark(place), place))
    case .setItem: try setItems(pop(2, place), place)
    case .setItems: try setItems(popToMark(place), place)
    case .binPut: memo[Int(try cursor.readByte())] = try top(place)
    case .longBinPut: memo[try cursor.readCount(UInt32.self)] = try top(place)
    case .memoize: memo[memo.count] = try top(place)
    case .binGet: try recall(Int(cursor.readByte()), place)
    case .longBinGet: try recall(cursor.readCount(UInt32.self), place)
    case .global:
      let module = try readLine()
      try pushGlobal(module: module, name: readLine(), place)
    case .stackGlobal: try pushStackGlobal(place)
    case .binPersid: try pushPersistent(place)
    case .reduce: try reduce(place)
    case .build: try build(place)
    default: preconditionFailure("\(code) is executed elsewhere")
    }
  }

  // MARK: The stack

  private func top(_ place: Int) throws(FileFormatError) -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw failure(place, "an empty stack", "a value on it")
    }
    return value
  }

  private mutating func pop(_ place: Int) throws(FileFormatError) -> PickleValue {
    let value = try top(place)
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int, _ place: Int) throws(FileFormatError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw failure(place, "a stack of \(stack.count - (marks.last ?? 0))", "\(count) values on it")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark(_ place: Int) throws(FileFormatError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw failure(place, "no mark on the stack", "one") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func recall(_ index: Int, _ place: Int) throws(FileFormatError) {
    guard let value = memo[index] else {
      throw failure(place, "a reference to memo entry \(index)", "one of the \(memo.count) entries stored")
    }
    stack.append(value)
  }

  // MARK: Plain values

  private mutating func pushLong(count: Int) throws(FileFormatError) {
    let bytes = try cursor.readBytes(count, "a long integer")
    guard count <= 8 else {
      stack.append(.longInteger(Array(bytes)))
      return
    }
    let sign: UInt8 = (bytes.last ?? 0) >= 0x80 ? 0xFF : 0
    var bits: UInt64 = 0
    for index in 0..<8 {
      let byte = index < count ? bytes[bytes.startIndex + index] : sign
      bits |= UInt64(byte) << UInt64(8 * index)
    }
    stack.append(.integer(Int(Int64(bitPattern: bits))))
  }

  private mutating func pushString(count: Int) throws(FileFormatError) {
    let bytes = try cursor.readBytes(count, "a string")
    stack.append(.string(String(decoding: bytes, as: UTF8.self)))
  }

  private mutating func readLine() throws(FileFormatError) -> String {
    let start = cursor.position
    // The longest allowed name is far shorter: no need to look further for the end of a line.
    let rest = file.bytes[start..<min(cursor.end, start + 1000)]
    guard let stop = rest.firstIndex(of: 0x0A) else {
      throw failure(start, "a line without end", "the name of a module or function")
    }
    try cursor.seek(to: stop + 1)
    return String(decoding: rest[..<stop], as: UTF8.self)
  }

  // MARK: Containers

  mutating func push(sequence values: [PickleValue]) {
    heapCount += 1 + values.count
    heap.sequences.append(values)
    stack.append(.sequence(heap.sequences.count - 1))
  }

  mutating func push(dictionary pairs: [(key: PickleValue, value: PickleValue)]) {
    heapCount += 1 + 2 * pairs.count
    heap.dictionaries.append(pairs)
    stack.append(.dictionary(heap.dictionaries.count - 1))
  }

  private mutating func append(_ values: [PickleValue], _ place: Int) throws(FileFormatError) {
    guard case .sequence(let index) = try top(place) else {
      throw failure(place, "an append to \(try top(place).kind)", "an append to a list")
    }
    heapCount += values.count
    heap.sequences[index] += values
  }

  private mutating func setItems(_ values: [PickleValue], _ place: Int) throws(FileFormatError) {
    guard case .dictionary(let index) = try top(place) else {
      throw failure(place, "an entry set in \(try top(place).kind)", "an entry set in a dictionary")
    }
    heapCount += values.count
    heap.dictionaries[index] += try pairs(values, place)
  }

  func pairs(
    _ values: [PickleValue], _ place: Int
  ) throws(FileFormatError) -> [(key: PickleValue, value: PickleValue)] {
    guard values.count.isMultiple(of: 2) else {
      throw failure(place, "\(values.count) keys and values", "an even number")
    }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  // MARK: Names from Python

  private mutating func pushGlobal(module: String, name: String, _ place: Int) throws(FileFormatError) {
    guard let global = AllowedGlobal(module: module, name: name) else {
      throw failure(
        place, "the global “\(module).\(name)”",
        "only what rebuilding tensors needs; save the state dictionary alone, without other objects")
    }
    stack.append(.global(global))
  }

  private mutating func pushStackGlobal(_ place: Int) throws(FileFormatError) {
    let values = try pop(2, place)
    guard case .string(let module) = values[0], case .string(let name) = values[1] else {
      throw failure(place, "a global named by \(values[0].kind) and \(values[1].kind)", "two strings")
    }
    try pushGlobal(module: module, name: name, place)
  }

  private mutating func pushPersistent(_ place: Int) throws(FileFormatError) {
    let storage = try storage(persistent: pop(place), place)
    heapCount += 4
    heap.storages.append(storage)
    stack.append(.storage(heap.storages.count - 1))
  }

  private mutating func reduce(_ place: Int) throws(FileFormatError) {
    let call = try pop(2, place)
    guard case .global(let global) = call[0], case .sequence(let index) = call[1] else {
      throw failure(place, "a call of \(call[0].kind)", "a call of a function with a tuple")
    }
    let arguments = heap.sequences[index]
    switch global {
    case .orderedDictionary: push(dictionary: try orderedPairs(arguments, place))
    case .rebuildTensor: try push(tensor: tensor(arguments, count: 4...4, place))
    case .rebuildTensorV2: try push(tensor: tensor(arguments, count: 6...7, place))
    case .rebuildParameter:
      guard arguments.count == 3, case .tensor = arguments[0] else {
        throw failure(place, "a parameter of \(arguments.count) arguments", "a tensor and two more")
      }
      stack.append(arguments[0])
    case .size:
      guard arguments.count == 1, case .sequence = arguments[0] else {
        throw failure(place, "a size of \(arguments.count) arguments", "one tuple")
      }
      stack.append(arguments[0])
    case .storage:
      throw failure(place, "a call of \(global.name)", "storages as persistent references only")
    }
  }

  private mutating func push(tensor: PickleHeap.Tensor) {
    heapCount += 4 + 2 * tensor.shape.count
    heap.tensors.append(tensor)
    stack.append(.tensor(heap.tensors.count - 1))
  }

  /// `BUILD` sets attributes. A state dictionary's, its version numbers, are not needed; no other may have any.
  private mutating func build(_ place: Int) throws(FileFormatError) {
    let values = try pop(2, place)
    guard case .dictionary = values[0], case .dictionary = values[1] else {
      throw failure(place, "attributes set on \(values[0].kind)", "attributes on a dictionary only")
    }
    stack.append(values[0])
  }

  func failure(_ place: Int, _ found: String, _ expected: String) -> FileFormatError {
    file.failure(at: place, found: found, expected: expected)
  }
}
