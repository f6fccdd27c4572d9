/// The type of a tensor's elements in a file. Raw values are safetensors' names.
public enum ElementType: String, Sendable, CaseIterable {
  /// Truth values, one byte each.
  case bool = "BOOL"
  /// Unsigned integers of 8 bits.
  case uint8 = "U8"
  /// Signed integers of 8 bits.
  case int8 = "I8"
  /// Unsigned integers of 16 bits.
  case uint16 = "U16"
  /// Signed integers of 16 bits.
  case int16 = "I16"
  /// IEEE half precision.
  case float16 = "F16"
  /// The upper half of an IEEE single.
  case bfloat16 = "BF16"
  /// Unsigned integers of 32 bits.
  case uint32 = "U32"
  /// Signed integers of 32 bits.
  case int32 = "I32"
  /// IEEE single precision.
  case float32 = "F32"
  /// Unsigned integers of 64 bits.
  case uint64 = "U64"
  /// Signed integers of 64 bits.
  case int64 = "I64"
  /// IEEE double precision.
  case float64 = "F64"

  /// Bytes per element.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// The names of all types, for messages.
  static var allNames: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
