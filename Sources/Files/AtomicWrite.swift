import Foundation

/// Replaces the file at `path` by `bytes`, wholly or not at all.
///
/// Writes a temporary file in the same folder, forces it to the disk, renames it over `path` and forces the
/// folder to the disk. Whatever interrupts this, the path shows either the old content or the new. A symbolic
/// link is followed: its target is replaced.
///
/// - Throws: ``FileAccessError`` that names the path and the system's reason, for example a full disk or a
///   folder without write permission. The old file, if any, is then untouched and no temporary file is left.
public func atomicWrite(_ path: String, _ bytes: [UInt8]) throws(FileAccessError) {
  let target = resolvedLink(path)
  let folder = folderName(of: target)
  let leaf = target.split(separator: "/").last.map(String.init) ?? ""
  guard !leaf.isEmpty && !target.hasSuffix("/") else {
    throw FileAccessError(path: path, operation: "write", reason: "it names no file")
  }
  let temporary = "\(folder)/.\(leaf.prefix(80)).\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw FileAccessError(path: path, operation: "write", code: errno) }
  var failure = writeAll(bytes, to: descriptor)
  if failure == 0 && fsync(descriptor) != 0 { failure = errno }
  if close(descriptor) != 0 && failure == 0 { failure = errno }
  if failure == 0 && rename(temporary, target) != 0 { failure = errno }
  guard failure == 0 else {
    unlink(temporary)
    throw FileAccessError(path: path, operation: "write", code: failure)
  }
  try synchroniseFolder(folder, for: path)
}

/// Replaces the file at `path` by the UTF-8 bytes of `text`, wholly or not at all.
///
/// - Throws: ``FileAccessError`` as the form that takes bytes.
public func atomicWrite(_ path: String, _ text: String) throws(FileAccessError) {
  try atomicWrite(path, Array(text.utf8))
}

/// Writes everything; returns 0 or the system's error number.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  bytes.withUnsafeBytes { buffer in
    var written = 0
    while written < buffer.count, let base = buffer.baseAddress {
      let count = write(descriptor, base + written, buffer.count - written)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return errno }
      written += count
    }
    return 0
  }
}

private func synchroniseFolder(_ folder: String, for path: String) throws(FileAccessError) {
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileAccessError(path: path, operation: "write", code: errno) }
  defer { close(descriptor) }
  // Some file systems cannot synchronise a folder and say EINVAL; the rename is as durable as they make it.
  guard fsync(descriptor) == 0 || errno == EINVAL else {
    throw FileAccessError(path: path, operation: "write", code: errno)
  }
}

private func folderName(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Where `path` leads when it is a symbolic link; `path` itself otherwise.
private func resolvedLink(_ path: String) -> String {
  var status = stat()
  guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}
