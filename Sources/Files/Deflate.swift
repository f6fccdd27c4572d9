import CZlib

/// `bytes` deflated, with the wrapper named.
///
/// - Parameters:
///   - bytes: The data, shorter than 4 GiB.
///   - wrapper: What surrounds the deflated data.
///   - level: 0 (stored) … 9 (smallest).
/// - Returns: The packed bytes. The gzip wrapper carries no name and no time, so equal data gives equal bytes.
public func deflated(_ bytes: [UInt8], wrapper: InflateStream.Wrapper, level: Int = 6) -> [UInt8] {
  precondition((0...9).contains(level), "compression level \(level) is not in 0...9")
  precondition(bytes.count < Int(UInt32.max), "\(bytes.count) bytes are too many to deflate at once")
  let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  defer { stream.deallocate() }
  let window = Int32(wrapper == .gzip ? shim_gzip_window : shim_raw_window)
  let started = shim_deflate_init(stream, Int32(level), window)
  precondition(started == Z_OK, "zlib cannot start: status \(started)")
  defer { deflateEnd(stream) }
  let capacity = Int(deflateBound(stream, UInt(bytes.count)))
  return [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
    bytes.withUnsafeBufferPointer { source in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      stream.pointee.avail_in = UInt32(source.count)
      stream.pointee.next_out = target.baseAddress
      stream.pointee.avail_out = UInt32(capacity)
      let status = deflate(stream, Z_FINISH)
      assert(status == Z_STREAM_END, "deflateBound promised enough room")
      count = capacity - Int(stream.pointee.avail_out)
    }
  }
}

/// The CRC-32 checksum of `bytes` that gzip, zip and PNG use.
public func crc32Checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBufferPointer { buffer in
    UInt32(truncatingIfNeeded: crc32_z(0, buffer.baseAddress, buffer.count))
  }
}
