/// A value on the pickle machine's stack.
///
/// Containers are places in a ``PickleHeap``, not references: so a file that nests a million lists, or puts a
/// list into itself, costs memory in proportion to its length and neither recursion nor a leak.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number of more than 64 bits: its bytes, two's complement, least significant first.
  case longInteger([UInt8])
  case real(Double)
  case string(String)
  /// A tuple or a list.
  case sequence(Int)
  case dictionary(Int)
  case global(AllowedGlobal)
  case storage(Int)
  case tensor(Int)

  /// What it is, for error messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer, .longInteger: "a whole number"
    case .real: "a number"
    case .string(let text): "the string “\(text.prefix(60))”"
    case .sequence: "a tuple or list"
    case .dictionary: "a dictionary"
    case .global(let global): "the name \(global.name)"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// The names from Python that a pickle may mention: what rebuilding tensors needs, and nothing else.
enum AllowedGlobal: Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildTensorV2
  case rebuildParameter
  case size
  case storage(ElementType)

  private static let storageTypes: [String: ElementType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16,
    "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  /// The global `module.name`, or `nil` where it is not allowed.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "Size"): self = .size
    case ("torch", _):
      guard let type = AllowedGlobal.storageTypes[name] else { return nil }
      self = .storage(type)
    default: return nil
    }
  }

  var name: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .rebuildTensor: "torch._utils._rebuild_tensor"
    case .rebuildTensorV2: "torch._utils._rebuild_tensor_v2"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .size: "torch.Size"
    case .storage(let type): "torch's storage of \(type.rawValue)"
    }
  }
}

/// The containers and tensors that a pickle made.
struct PickleHeap {
  /// A run of elements that tensors view.
  struct Storage: Equatable {
    let key: String
    let type: ElementType
    /// Number of elements of the whole storage.
    let count: Int
    /// The elements of it that this reference sees.
    let view: Range<Int>
    /// Offset in the file, for errors.
    let place: Int
  }

  /// A strided view of a storage.
  struct Tensor {
    let storage: Int
    let offset: Int
    let shape: [Int]
    let strides: [Int]
    /// Offset in the file, for errors.
    let place: Int
  }

  var sequences: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [Storage] = []
  var tensors: [Tensor] = []

  /// The last value that `dictionary` holds under the string `key`.
  func value(of key: String, in dictionary: Int) -> PickleValue? {
    dictionaries[dictionary].last {
      if case .string(key) = $0.key { true } else { false }
    }?.value
  }

  /// The values of `sequence` as whole numbers at most `limit` in number, or `nil`.
  func integers(of value: PickleValue, limit: Int) -> [Int]? {
    guard case .sequence(let index) = value, sequences[index].count <= limit else { return nil }
    var numbers: [Int] = []
    for element in sequences[index] {
      guard case .integer(let number) = element else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
