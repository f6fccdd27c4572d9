import CCrypto
import Foundation

/// SHA-256 of bytes that arrive piece by piece.
public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  /// A hasher that has seen nothing.
  public init() {
    guard let context = shim_sha256_begin() else {
      fatalError("libcrypto offers no SHA-256, or memory is exhausted")
    }
    self.context = context
  }

  deinit { shim_sha256_end(context) }

  /// Appends bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let status = shim_sha256_update(context, bytes.baseAddress, bytes.count)
    precondition(status == 1, "libcrypto refused \(bytes.count) bytes")
  }

  /// Appends the UTF-8 bytes of `text`.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public consuming func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = shim_sha256_finish(context, &digest)
    precondition(status == 1, "libcrypto could not finish a digest")
    return digest.map { hexadecimalPair($0) }.joined()
  }
}

/// SHA-256 of `bytes`, as 64 lower-case hexadecimal digits.
public func sha256(of bytes: [UInt8]) -> String {
  var hasher = SHA256Hasher()
  bytes.withUnsafeBytes { hasher.update($0) }
  return hasher.finish()
}

/// SHA-256 of the regular file at `path`, as 64 lower-case hexadecimal digits.
///
/// Reads a mebibyte at a time.
///
/// - Throws: ``FileAccessError`` with the system's reason.
public func sha256(ofFile path: String) throws(FileAccessError) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw FileAccessError(path: path, operation: "read", code: errno) }
  defer { close(descriptor) }
  _ = try FileBytes.regularFileSize(of: descriptor, path: path)
  var hasher = SHA256Hasher()
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw FileAccessError(path: path, operation: "read", code: errno) }
    if count == 0 { return hasher.finish() }
    buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }
}
