import ArgumentParser
import Foundation
import ThalwegCatalogue
import ThalwegCheckpoints
import ThalwegDatasets
import ThalwegFiles
import ThalwegNetworks
import ThalwegStores

/// `thalweg inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "What a checkpoint, a run folder or a data set holds.",
    discussion: """
      Example: thalweg inspect resnet20.th
      Example: thalweg inspect runs/r20
      Example: thalweg inspect cifar10:PATH
      """)

  @Argument(help: "A checkpoint's file, a run's folder, or data such as cifar10:PATH or shapes.")
  var file: String

  @Flag(help: "List every tensor of a checkpoint.")
  var tensors = false

  mutating func run() throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) {
      try isFolder.boolValue ? inspectRun() : inspectCheckpoint()
    } else {
      try inspectData(try source())
    }
  }

  /// The data that the argument names. Wrong options are bad usage; any other text may be a path that leads nowhere.
  private func source() throws -> DatasetSource {
    do {
      return try DatasetSource(file)
    } catch {
      guard case .unknownSource = error else { throw UsageError("\(error)") }
      throw NothingThere(name: file)
    }
  }

  private func inspectCheckpoint() throws {
    let checkpoint = try Checkpoint.read(file)
    let floats = checkpoint.tensors.filter { !$0.isBatchCounter }
    let buffers = floats.filter { $0.name.hasSuffix("running_mean") || $0.name.hasSuffix("running_var") }
    let count = { (list: [NamedTensor]) in list.reduce(0) { $0 + $1.values.count } }
    Console.line("checkpoint   \(file), \(checkpoint.format.rawValue)")
    Console.line("             SHA-256 \(try sha256(ofFile: file))")
    Console.line("tensors      \(checkpoint.tensors.count)")
    let parameters = count(floats) - count(buffers)
    Console.line("numbers      \(parameters) parameters, \(count(buffers)) running statistics")
    if let prefix = checkpoint.strippedPrefix {
      Console.line("prefix       '\(prefix)', removed from all names")
    }
    if !checkpoint.container.isEmpty {
      Console.line("found under  \(checkpoint.container.joined(separator: ", "))")
    }
    for (key, value) in checkpoint.metadata.sorted(by: { $0.key < $1.key }) {
      Console.line("says         \(printable(key)): \(printable(value))")
    }
    let names = Network.names(matching: checkpoint)
    Console.line("fits         \(names.isEmpty ? "no network of the zoo" : names.joined(separator: "  "))")
    let limit = tensors ? checkpoint.tensors.count : 12
    for tensor in checkpoint.tensors.prefix(limit) {
      let shape = tensor.shape.map(String.init).joined(separator: "×")
      Console.line(
        "  \(printable(tensor.name))  \(shape.isEmpty ? "one number" : shape)  \(tensor.storedType.rawValue)")
    }
    if checkpoint.tensors.count > limit {
      Console.line("  … and \(checkpoint.tensors.count - limit) more; --tensors lists all")
    }
  }

  private func inspectData(_ source: DatasetSource) throws {
    for split in DatasetSplit.allCases {
      let data = try source.load(split: split)
      var counts = [Int](repeating: 0, count: data.classCount)
      for label in data.labels { counts[Int(label)] += 1 }
      let shape = data.exampleShape.map(String.init).joined(separator: "×")
      Console.line("\(split.rawValue)        ".prefix(13) + "\(data.name), \(data.count) examples \(shape)")
      Console.line("             SHA-256 \(data.fingerprint)")
      Console.line("             per class \(counts.map(String.init).joined(separator: " "))")
    }
    Console.line("usual        normalisation \(source.defaultNormalisation)")
  }

  private func inspectRun() throws {
    let run = try RunFolder.open(file)
    defer { run.close() }
    let description = run.runDescription
    Console.line("run          \(file), kind \(description.kind)")
    Console.line("             began \(run.times.started), finished \(run.times.finished ?? "not yet")")
    if case .object(let options) = description.options {
      for (name, value) in options.sorted(by: { $0.key < $1.key }) {
        Console.line("option       \(name): \(value.canonicalText)")
      }
    }
    for (name, seed) in description.seeds.sorted(by: { $0.key < $1.key }) {
      Console.line("seed         \(name): \(seed)")
    }
    for (name, hash) in description.hashes.sorted(by: { $0.key < $1.key }) {
      Console.line("SHA-256      \(name): \(hash)")
    }
    let epochs = try run.checkpointEpochs()
    if let first = epochs.first, let last = epochs.last {
      Console.line("checkpoints  \(epochs.count), epochs \(first) to \(last)")
      let names = try run.checkpointNames()
      if !names.isEmpty { Console.line("             and \(names.joined(separator: ", "))") }
      for changed in try run.changedCheckpoints() { Console.line("             changed: \(changed)") }
    }
    for name in try run.surfaceNames() {
      let surface = try run.surface(named: name)
      let states = try surface.stateCounts().sorted { $0.key.rawValue < $1.key.rawValue }
        .map { "\($1) \($0.rawValue)" }.joined(separator: ", ")
      let shape = surface.grid.shape.reversed().map(String.init).joined(separator: "×")
      Console.line("surface      \(name), \(shape): \(states)")
    }
    for (name, value) in try run.facts.all().sorted(by: { $0.key < $1.key }) {
      Console.line("fact         \(name): \(value.canonicalText)")
    }
    if let last = try run.history().entries().last {
      let values = last.values.sorted { $0.key < $1.key }.map { "\($0) \(fixed($1, 5))" }
      Console.line("last epoch   \(last.epoch): \(values.joined(separator: ", "))")
    }
    Console.line("content      digest \(try run.contentDigest())")
  }
}

/// A name of which nothing is known.
private struct NothingThere: Error, CustomStringConvertible {
  let name: String

  var description: String { "\(name): found neither a file, nor a folder, nor data such as cifar10:PATH" }
}
