import Foundation

/// A small file system in memory, for tests of full disks and locked folders; gone with the object. Only the superuser of
/// a machine or container can have one.
public final class SmallDisk {
  /// Where it is.
  public let path: String

  /// Whether this process may have one.
  public static let isPossible = SmallDisk(kilobytes: 64) != nil

  /// A disk of so many kilobytes at `path`, a folder that is made; among temporary files by default.
  public init?(kilobytes: Int, at path: String? = nil) {
    self.path = path ?? FileManager.default.temporaryDirectory.path + "/thalweg-disk-\(UUID().uuidString)"
    guard mkdir(self.path, 0o755) == 0 else { return nil }
    guard mount("tmpfs", self.path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
      rmdir(self.path)
      return nil
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }

  /// Gives it another size; whether that was possible.
  public func resize(kilobytes: Int) -> Bool {
    mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(kilobytes)k") == 0
  }

  /// Forbids writing; whether that was possible.
  public func lock() -> Bool { mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 }
}
