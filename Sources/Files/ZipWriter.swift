/// Makes a zip archive in memory. Equal members give equal bytes: all bear the date at which such archives begin.
public struct ZipWriter: Sendable {
  /// A member, or an archive, that is too long for the plain form of a zip archive, without its 64-bit extension.
  public struct SizeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Bytes that were to be written.
    public let count: Int

    /// One line.
    public var description: String { "found \(count) bytes for a zip archive, expected less than 4 GiB" }
  }

  private static let limit = Int(UInt32.max)
  /// 1 January 1980, in the format of the time.
  private static let date: UInt16 = 0x0021

  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  /// An empty archive.
  public init() {}

  /// Appends a member, deflated where that helps.
  ///
  /// A member that would shrink to less than an eighth is stored as it is: readers, this package's own among them,
  /// refuse archives that unpack to many times their size.
  ///
  /// - Throws: ``SizeError`` where the archive would reach 4 GiB.
  public mutating func append(_ name: String, _ data: [UInt8]) throws(SizeError) {
    precondition(count < .max && name.utf8.count <= Int(UInt16.max), "“\(name)” does not fit a zip archive")
    let length = bytes.count + directory.count + data.count + 2 * name.utf8.count + 128
    guard length < ZipWriter.limit else { throw SizeError(count: length) }
    let packed = deflated(data, wrapper: .raw)
    let isDeflated = packed.count < data.count && packed.count * 8 >= data.count
    let stored = isDeflated ? packed : data
    // What the local header and the entry of the directory have in common.
    var common: [UInt8] = []
    let method: UInt16 = isDeflated ? 8 : 0
    for value in [20, 0x0800, method, 0, ZipWriter.date] { common.append(little: value) }  // Names are UTF-8.
    common.append(little: crc32Checksum(of: data[...]))
    common.append(little: UInt32(stored.count))
    common.append(little: UInt32(data.count))
    common.append(little: UInt16(name.utf8.count))
    common.append(little: UInt16(0))
    directory.append(little: 0x0201_4B50 as UInt32)
    directory.append(little: 20 as UInt16)
    directory += common
    directory += [UInt8](repeating: 0, count: 10)
    directory.append(little: UInt32(bytes.count))
    directory += Array(name.utf8)
    bytes.append(little: 0x0403_4B50 as UInt32)
    bytes += common + Array(name.utf8) + stored
    count += 1
  }

  /// The archive's bytes.
  public func finish() -> [UInt8] {
    var result = bytes + directory
    result.append(little: 0x0605_4B50 as UInt32)
    result.append(little: 0 as UInt32)
    result.append(little: count)
    result.append(little: count)
    result.append(little: UInt32(directory.count))
    result.append(little: UInt32(bytes.count))
    result.append(little: 0 as UInt16)
    return result
  }
}

extension [UInt8] {
  /// Appends an integer's bytes, least significant first.
  public mutating func append(little value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
