import Foundation
import ThalwegFiles

/// The error of a failed call, from the system's error code.
func systemError(_ operation: String, _ path: String, code: Int32 = errno) -> StoreError {
  switch code {
  case ENOSPC, EDQUOT: .diskFull(path: path)
  case EROFS, EACCES, EPERM: .notWritable(path: path)
  default: .system(operation: operation, path: path, reason: String(cString: strerror(code)))
  }
}

/// All bytes of a file; `nil` where there is none.
func readFile(_ path: String, largestByteCount: Int) throws(StoreError) -> [UInt8]? {
  var status = stat()
  guard stat(path, &status) == 0 else {
    if errno == ENOENT { return nil }
    throw .system(operation: "read", path: path, reason: String(cString: strerror(errno)))
  }
  guard status.st_size <= largestByteCount else {
    throw .unreadable(path: path, reason: "it has more than \(largestByteCount) bytes")
  }
  do {
    return Array(try FileBytes(path: path).bytes)
  } catch {
    throw .system(operation: error.operation, path: path, reason: error.reason)
  }
}

/// Replaces a file wholly or not at all, with this module's errors.
func replaceFile(_ path: String, text: String) throws(StoreError) {
  do {
    try atomicWrite(path, text)
  } catch {
    // The layer below gives the system's words only.
    let code = [ENOSPC, EDQUOT, EROFS, EACCES, EPERM].first { String(cString: strerror($0)) == error.reason }
    if let code { throw systemError(error.operation, path, code: code) }
    throw .system(operation: error.operation, path: path, reason: error.reason)
  }
}

/// Makes a folder and those above it. An existing folder is no error.
func makeFolder(_ path: String) throws(StoreError) {
  if mkdir(path, 0o755) == 0 { return }
  switch errno {
  case EEXIST:
    guard isFolder(path) else {
      throw .system(operation: "create folder", path: path, reason: "a file has this name")
    }
  case ENOENT:
    let parent = (path as NSString).deletingLastPathComponent
    guard !parent.isEmpty, parent != path else { throw systemError("create folder", path, code: ENOENT) }
    try makeFolder(parent)
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw systemError("create folder", path) }
  default:
    throw systemError("create folder", path)
  }
}

/// Whether `path` names a folder.
func isFolder(_ path: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
}

/// The names in a folder, sorted; `nil` where there is no such folder.
func names(inFolder path: String) throws(StoreError) -> [String]? {
  guard FileManager.default.fileExists(atPath: path) else { return nil }
  guard isFolder(path) else {
    throw .system(operation: "open folder", path: path, reason: "it is a file")
  }
  do {
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  } catch {
    throw .system(operation: "list folder", path: path, reason: String(cString: strerror(errno)))
  }
}
