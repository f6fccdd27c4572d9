internal import CHDF5
import Synchronization

/// Makes an HDF5 file in memory, by the library that defines the format.
///
/// No time is stored, so that equal content gives equal bytes. The library keeps a state of its own for the whole
/// process: one file is made at a time.
enum HDF5Writer {
  /// One data set: extents and values in row-major order.
  struct Numbers {
    let shape: [Int]
    let values: [Double]
  }

  private static let turn = Mutex(())

  /// The bytes of a file with data sets in its root and in groups below it.
  ///
  /// - Throws: ``ExchangeError/library(operation:)``.
  static func bytes(root: [String: Numbers], groups: [String: [String: Numbers]]) throws(ExchangeError) -> [UInt8] {
    try turn.withLock { _ throws(ExchangeError) in
      try check(shim_hdf5_begin(), "start")
      let file = try check(shim_hdf5_create_file(), "make a file")
      defer { H5Fclose(file) }
      try write(root, to: file)
      for (name, members) in groups.sorted(by: { $0.key < $1.key }) {
        let group = try check(shim_hdf5_create_group(file, name), "make the group \(name)")
        defer { H5Gclose(group) }
        try write(members, to: group)
      }
      let count = Int(try check(shim_hdf5_image_size(file), "finish the file"))
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = max(0, Int(shim_hdf5_image(file, buffer.baseAddress, count)))
      }
      try check(bytes.count == count ? 0 : -1, "finish the file")
      return bytes
    }
  }

  private static func write(_ members: [String: Numbers], to parent: hid_t) throws(ExchangeError) {
    for (name, numbers) in members.sorted(by: { $0.key < $1.key }) {
      let extents = numbers.shape.map { UInt64($0) }
      let status = shim_hdf5_write_doubles(parent, name, Int32(extents.count), extents, numbers.values)
      try check(status, "write \(name)")
    }
  }

  @discardableResult
  private static func check<Status: SignedInteger>(
    _ status: Status, _ operation: String
  ) throws(ExchangeError) -> Status {
    guard status >= 0 else { throw .library(operation: operation) }
    return status
  }
}
