import CZlib

/// Unpacks deflated data piece by piece: each piece is exactly as long as the caller says, or an error.
///
/// Memory grows with what the stream really holds, never with what it announces: a request for more bytes than
/// deflated data of this length can hold (1032 per byte) fails before anything is allocated.
public final class InflateStream {
  /// How the deflated data is wrapped.
  public enum Wrapper: Sendable {
    /// gzip, with a checksum. One member; bytes after it are an error.
    case gzip
    /// No wrapper, as in zip archives.
    case raw
  }

  /// Deflate's largest ratio: a length/distance pair of 2 bits makes 258 bytes.
  static let largestRatio = 1032

  private let source: FileBytes
  private let stream: UnsafeMutablePointer<z_stream>
  private var consumed = 0
  private var atEnd = false

  /// A stream over all of `source`.
  public init(_ source: FileBytes, wrapper: Wrapper) {
    self.source = source
    stream = .allocate(capacity: 1)
    let status = shim_inflate_init(stream, Int32(wrapper == .gzip ? shim_gzip_window : shim_raw_window))
    precondition(status == Z_OK, "zlib cannot start: status \(status)")  // Out of memory, nothing else.
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The next `count` unpacked bytes.
  ///
  /// - Throws: ``FileFormatError`` when the stream is damaged or holds fewer.
  public func read(exactly count: Int) throws(FileFormatError) -> [UInt8] {
    precondition(count >= 0, "a count of \(count) bytes")
    let (bound, overflow) = source.count.multipliedReportingOverflow(by: InflateStream.largestRatio)
    guard overflow || count <= bound else {
      throw failure(
        found: "\(source.count) bytes of deflated data", expected: "enough to hold \(count) unpacked bytes")
    }
    var output: [UInt8] = []
    output.reserveCapacity(min(count, 4 * source.count))
    var piece = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while output.count < count {
      let made = try step(into: &piece, limit: min(piece.count, count - output.count))
      guard made > 0 else {
        throw failure(found: "\(output.count) unpacked bytes", expected: "\(count)")
      }
      output.append(contentsOf: piece[..<made])
    }
    return output
  }

  /// Checks that the stream ends here: no unpacked byte is left, the checksum holds and no byte follows.
  ///
  /// - Throws: ``FileFormatError`` otherwise.
  public func finish() throws(FileFormatError) {
    var piece: [UInt8] = [0]
    guard try step(into: &piece, limit: 1) == 0 else {
      throw failure(found: "more unpacked bytes than announced", expected: "the end of the stream")
    }
    guard atEnd else {
      throw failure(found: "the end of the data", expected: "the end mark of the deflated stream")
    }
    guard consumed == source.count else {
      throw failure(
        found: "\(source.count - consumed) bytes after the stream", expected: "the end of the data")
    }
  }

  /// Unpacks up to `limit` bytes; 0 means that the stream, or its input, is at its end.
  private func step(into piece: inout [UInt8], limit: Int) throws(FileFormatError) -> Int {
    var made = 0
    while made == 0 && !atEnd {
      let input = source.bytes.dropFirst(consumed)
      let offered = min(input.count, Int(Int32.max))
      let status: Int32 = input.withUnsafeBufferPointer { bytes in
        piece.withUnsafeMutableBufferPointer { target in
          stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
          stream.pointee.avail_in = UInt32(offered)
          stream.pointee.next_out = target.baseAddress
          stream.pointee.avail_out = UInt32(limit)
          return inflate(stream, Z_NO_FLUSH)
        }
      }
      consumed += offered - Int(stream.pointee.avail_in)
      made = limit - Int(stream.pointee.avail_out)
      switch status {
      case Z_OK: continue
      case Z_STREAM_END: atEnd = true
      case Z_BUF_ERROR: return made  // Nothing left to read, and no end mark seen.
      default: throw failure(found: message(status), expected: "intact deflated data")
      }
    }
    return made
  }

  private func message(_ status: Int32) -> String {
    if let text = stream.pointee.msg { return String(cString: text) }
    return status == Z_NEED_DICT ? "data that needs a dictionary" : "damaged data (status \(status))"
  }

  private func failure(found: String, expected: String) -> FileFormatError {
    source.failure(at: source.bytes.startIndex + consumed, found: found, expected: expected)
  }
}
