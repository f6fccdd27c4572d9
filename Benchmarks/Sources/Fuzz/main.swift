// Feeds mutated files to every reader of untrusted bytes and counts what becomes of them. The work is done in a child
// process, so that a crash or an endless loop costs one input, whose number is printed:
//
//   swift run -c release --package-path Benchmarks Fuzz --count 100000 [--reader NAME] [--seed N]
//   swift run -c release --package-path Benchmarks Fuzz --reader h5 --seed 1 --show 4711      writes one input to standard output
import Foundation
import ThalwegFuzzing

/// Prints a line at once, also into a file.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

let options: FuzzOptions
do {
  options = try FuzzOptions(Array(CommandLine.arguments.dropFirst()))
} catch {
  FileHandle.standardError.write(Data("Fuzz: error: \(error)\n".utf8))
  exit(64)
}

do {
  if let child = options.child {
    try Worker(options: options, child: child).run()
    exit(0)
  }
  let readers = try FuzzReader.all(folder: options.folder)
  defer { try? FileManager.default.removeItem(atPath: options.folder) }
  let chosen = options.reader.map { name in readers.filter { $0.name == name } } ?? readers
  guard let first = chosen.first else {
    throw FuzzOptions.Problem(
      "found no reader “\(options.reader ?? "")”, expected one of " + readers.map(\.name).joined(separator: ", "))
  }
  if let index = options.shown {
    FileHandle.standardOutput.write(Data(first.input(index, seed: options.seed)))
    exit(0)
  }
  say(
    "\(options.count) inputs a reader, seed \(options.seed); bounds: \(Worker.secondsBound) s, 4 times the input and 1 MB (16 for networks, 4 for databases, 32 for figures)"
  )
  say(Tally.head)
  var isClean = true
  for reader in chosen {
    let tally = try Attack(reader: reader, options: options).run()
    tally.lines.forEach(say)
    if !tally.isClean { isClean = false }
  }
  exit(isClean ? 0 : 1)
} catch {
  FileHandle.standardError.write(Data("Fuzz: error: \(error)\n".utf8))
  exit(1)
}
