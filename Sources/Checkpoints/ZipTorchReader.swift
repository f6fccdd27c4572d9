import ThalwegFiles

/// Reads torch.save's new form: a zip archive with the object in `data.pkl` and one member per storage.
struct ZipTorchReader {
  private static let pickleName = "data.pkl"

  private let file: FileBytes

  init(_ file: FileBytes) {
    self.file = file
  }

  func read() throws(FileFormatError) -> Checkpoint {
    let archive = try ZipArchive(file)
    let prefix = try folder(of: archive)
    try checkByteOrder(archive, prefix)
    guard let member = archive[prefix + ZipTorchReader.pickleName] else { throw missing("data.pkl") }
    let pickle = try archive.contents(of: member)
    var machine = try PickleMachine(pickle, at: pickle.bytes.startIndex)
    let root = try machine.run()
    let state = try StateDictionary(root, heap: machine.heap, file: pickle, fileCount: file.count)
    var contents: [String: ArraySlice<UInt8>] = [:]
    for key in state.storages.keys.sorted() {
      guard let member = archive["\(prefix)data/\(key)"] else { throw missing("\(prefix)data/\(key)") }
      contents[key] = try archive.contents(of: member).bytes
    }
    return try state.checkpoint(contents, format: .torchZip)
  }

  /// The folder in the archive that everything stands in, with its slash; torch.save names it after the file.
  private func folder(of archive: ZipArchive) throws(FileFormatError) -> String {
    let candidates = archive.members.map(\.name).filter {
      $0 == ZipTorchReader.pickleName || $0.hasSuffix("/" + ZipTorchReader.pickleName)
    }
    guard let name = candidates.min(by: { $0.utf8.count < $1.utf8.count }) else {
      throw missing(ZipTorchReader.pickleName)
    }
    return String(name.dropLast(ZipTorchReader.pickleName.count))
  }

  private func checkByteOrder(_ archive: ZipArchive, _ prefix: String) throws(FileFormatError) {
    // Versions of PyTorch before 2.1 leave this member out; they wrote the machine's order, little on all but few.
    guard let member = archive[prefix + "byteorder"] else { return }
    let text = try archive.contents(of: member)
    guard text.bytes.elementsEqual("little".utf8) else {
      throw text.failure(
        at: text.bytes.startIndex, found: "byte order “\(String(decoding: text.bytes, as: UTF8.self))”",
        expected: "“little”")
    }
  }

  private func missing(_ member: String) -> FileFormatError {
    file.failure(
      at: file.bytes.startIndex, found: "a zip archive without “\(member)”",
      expected: "a file written by torch.save")
  }
}
