import Foundation

/// The right to write one run folder, held by at most one opening of it on this machine.
///
/// An advisory lock (`flock`) on a file in the folder. The system drops it when the process ends in any way,
/// so that nothing has to be repaired after a crash. The file keeps the identifier of the last holder and is
/// never deleted: a lock on a deleted file would exclude nobody.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of `file`, which belongs to `folder`.
  ///
  /// - Throws: ``StoreError/locked(path:processIdentifier:)`` where another holds it.
  init(file: String, folder: String) throws(StoreError) {
    // Closed on exec: a child process must not keep the lock alive.
    let opened = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard opened >= 0 else { throw systemError("lock", file) }
    while flock(opened, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      let holder = code == EWOULDBLOCK ? Self.holder(of: opened) : nil
      close(opened)
      guard code == EWOULDBLOCK else { throw systemError("lock", file, code: code) }
      throw .locked(path: folder, processIdentifier: holder)
    }
    let text = "\(getpid())\n"
    // The identifier only serves an error's text; a full disk must not keep a run from being opened.
    if ftruncate(opened, 0) == 0 { _ = pwrite(opened, text, text.utf8.count, 0) }
    descriptor = opened
  }

  deinit {
    _ = ftruncate(descriptor, 0)
    // A child process that another thread has just begun has a copy of the descriptor until it becomes its program, and
    // closing this one alone would leave the lock to it.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func holder(of opened: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 24)
    // The holder writes its identifier just after taking the lock; wait a moment for it.
    for _ in 0..<20 {
      let count = pread(opened, &bytes, bytes.count, 0)
      let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      if text.hasSuffix("\n"), let identifier = Int32(text.dropLast()) { return identifier }
      usleep(5_000)
    }
    return nil
  }
}
