/// The values of a tensor, with the element type the file keeps them in.
public enum TensorValues: Equatable, Sendable {
  /// 32-bit floats. Files' 16-bit floats are widened to these, exactly.
  case float32([Float])
  /// 64-bit floats.
  case float64([Double])
  /// Signed integers of 64 bits.
  case int64([Int64])
  /// Signed integers of 32 bits.
  case int32([Int32])
  /// Signed integers of 16 bits.
  case int16([Int16])
  /// Signed integers of 8 bits.
  case int8([Int8])
  /// Unsigned integers of 64 bits.
  case uint64([UInt64])
  /// Unsigned integers of 32 bits.
  case uint32([UInt32])
  /// Unsigned integers of 16 bits.
  case uint16([UInt16])
  /// Unsigned integers of 8 bits.
  case uint8([UInt8])
  /// Truth values.
  case bool([Bool])

  /// Number of elements.
  public var count: Int {
    switch self {
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .int64(let values): values.count
    case .int32(let values): values.count
    case .int16(let values): values.count
    case .int8(let values): values.count
    case .uint64(let values): values.count
    case .uint32(let values): values.count
    case .uint16(let values): values.count
    case .uint8(let values): values.count
    case .bool(let values): values.count
    }
  }

  /// The element type in memory.
  public var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int64: .int64
    case .int32: .int32
    case .int16: .int16
    case .int8: .int8
    case .uint64: .uint64
    case .uint32: .uint32
    case .uint16: .uint16
    case .uint8: .uint8
    case .bool: .bool
    }
  }

  /// The values as `Float`: rounded to nearest where the element type is wider, 0 and 1 for truth values.
  public var floats: [Float] {
    switch self {
    case .float32(let values): values
    case .float64(let values): values.map { Float($0) }
    case .int64(let values): values.map { Float($0) }
    case .int32(let values): values.map { Float($0) }
    case .int16(let values): values.map { Float($0) }
    case .int8(let values): values.map { Float($0) }
    case .uint64(let values): values.map { Float($0) }
    case .uint32(let values): values.map { Float($0) }
    case .uint16(let values): values.map { Float($0) }
    case .uint8(let values): values.map { Float($0) }
    case .bool(let values): values.map { $0 ? 1 : 0 }
    }
  }
}
