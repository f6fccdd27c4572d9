import Foundation

/// The bytes of a file, read once, with the name that errors give it.
///
/// Indices of ``bytes`` are the offsets that errors report. A part of a file (see ``part(_:name:)``) keeps the
/// offsets of the whole.
public struct FileBytes: Sendable {
  /// The path, or `path(member)` for a part.
  public let name: String
  /// The bytes. Indices are offsets from the start of the file.
  public let bytes: ArraySlice<UInt8>

  /// Number of bytes.
  public var count: Int { bytes.count }

  /// Bytes that are in memory already.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes[...]
  }

  private init(name: String, slice: ArraySlice<UInt8>) {
    self.name = name
    self.bytes = slice
  }

  /// Reads the regular file at `path`.
  ///
  /// Allocates the file's size, once. Devices, pipes and folders are refused: their size says nothing.
  ///
  /// - Throws: ``FileAccessError`` with the system's reason.
  public init(path: String) throws(FileAccessError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileAccessError(path: path, operation: "read", code: errno) }
    defer { close(descriptor) }
    let size = try FileBytes.regularFileSize(of: descriptor, path: path)
    var failure: Int32 = 0
    let contents = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = read(descriptor, base + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { break }  // The file shrank meanwhile: what is left of it is what we hold.
        count += got
      }
    }
    guard failure == 0 else { throw FileAccessError(path: path, operation: "read", code: failure) }
    self.init(name: path, bytes: contents)
  }

  /// The size of an open file, which must be a regular one.
  static func regularFileSize(of descriptor: Int32, path: String) throws(FileAccessError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileAccessError(path: path, operation: "read", code: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int(status.st_size)
    case S_IFDIR: throw FileAccessError(path: path, operation: "read", reason: "it is a folder, not a file")
    default: throw FileAccessError(path: path, operation: "read", reason: "it is not a regular file")
    }
  }

  /// The bytes in `range`, under another name. Offsets stay those of the whole.
  ///
  /// - Parameters:
  ///   - range: Offsets within ``bytes``.
  ///   - name: The name that errors give the part.
  public func part(_ range: Range<Int>, name: String) -> FileBytes {
    FileBytes(name: name, slice: bytes[range])
  }

  /// A cursor at the first byte.
  public func cursor() -> ByteCursor { ByteCursor(self) }

  /// An error in this file.
  ///
  /// - Parameters:
  ///   - offset: Offset of the offending byte.
  ///   - found: What stands there.
  ///   - expected: What the format demands.
  public func failure(at offset: Int, found: String, expected: String) -> FileFormatError {
    FileFormatError(file: name, offset: offset, found: found, expected: expected)
  }
}
