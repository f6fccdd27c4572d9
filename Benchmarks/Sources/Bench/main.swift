import CAllocations
import Foundation
import Thalweg

/// `Bench [--threads N] [--data FOLDER] [--only TEXT] [--out FILE]`: times the main workloads as fractions of what this
/// machine can do at best.

struct Arguments {
  var threads = ProcessInfo.processInfo.activeProcessorCount
  var data: String?
  var only: String?
  var out: String?
  var memory: String?
  var peerWorkload: String?
  var checkpoint: String?

  init(_ arguments: [String]) throws {
    var rest = arguments.dropFirst()
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { throw BenchError.usage("\(name) needs a value") }
      switch name {
      case "--threads":
        guard let count = Int(value), count > 0 else { throw BenchError.usage("\(value) is no number of threads") }
        threads = count
      case "--data": data = FileManager.default.fileExists(atPath: value) ? value : nil
      case "--only": only = value
      case "--out": out = value
      case "--memory": memory = value
      case "--peer-workload": peerWorkload = value
      case "--checkpoint": checkpoint = FileManager.default.fileExists(atPath: value) ? value : nil
      default: throw BenchError.usage("\(name) is unknown")
      }
    }
  }
}

enum BenchError: Error, CustomStringConvertible {
  case usage(String)

  var description: String {
    switch self {
    case .usage(let problem):
      "\(problem); usage: Bench [--threads N] [--data CIFAR_FOLDER] [--only TEXT] [--out FILE]"
    }
  }
}

/// Prints at once, also into a pipe: rows take half a minute each.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

func machineName() -> String {
  let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last ?? "unknown"
  return "\(model.trimmingCharacters(in: .whitespaces)), \(ProcessInfo.processInfo.activeProcessorCount) cores"
}

/// Times a workload; repeats it while others use the machine, at most three times, and keeps the least disturbed.
func time(_ workload: Workload, threads: Int) throws -> Row {
  _ = try workload.run()  // Compiles plans and touches memory.
  var best: Row?
  for repetition in 1...3 {
    let before = try Peak.measure(threads: threads, precision: workload.precision)
    _ = bench_allocations()
    let load = Load()
    let (allocations, library) = (bench_allocations(), bench_library_allocations())
    let clock = ContinuousClock()
    let start = clock.now
    var images = 0
    var runs = 0
    while clock.now - start < .seconds(4) {
      images += try workload.run()
      runs += 1
    }
    let (all, byLibrary) = (bench_allocations() - allocations, bench_library_allocations() - library)
    let seconds = (clock.now - start) / .seconds(1)
    let foreign = load.foreignCores()
    let peak = before.larger(try Peak.measure(threads: threads, precision: workload.precision))
    let rate = Double(images) / seconds
    let gflops = rate * workload.operationsPerImage * 1e-9
    let steps = workload.stepsPerRun.map { Double($0 * runs) }
    let cost = workload.cost?()
    let row = Row(
      workload: workload.name, network: workload.network, precision: workload.precision.rawValue, threads: threads,
      images_per_second: rate, gflops: gflops, peak_gflops: peak.gflops, product_gflops: peak.product,
      loop_gflops: peak.loop, fraction_of_peak: gflops / peak.gflops, foreign_cores: foreign,
      is_disturbed: foreign > 0.1, repetitions: repetition,
      allocations_per_step: steps.map { Double(all - byLibrary) / $0 },
      library_allocations_per_step: steps.map { Double(byLibrary) / $0 },
      share_outside: workload.shareOutside?(), cost_in_plain_steps: cost?.inPlainSteps, largest_cost: cost?.limit,
      machine: machineName(),
      versions: Versions.all)
    if best == nil || row.foreign_cores < (best?.foreign_cores ?? 0) { best = row }
    if !row.is_disturbed { break }
  }
  guard let best else { throw BenchError.usage("nothing was timed") }
  return best
}

func run() throws {
  let arguments = try Arguments(CommandLine.arguments)
  if let name = arguments.peerWorkload {
    let workloads = try PeerWorkloads(
      threads: arguments.threads, data: arguments.data, checkpoint: arguments.checkpoint)
    try write(try workloads.run(name), to: arguments.out)
    return
  }
  let workloads = try Workloads(threads: arguments.threads, data: arguments.data)
  if let memory = arguments.memory {
    // A process of its own for each: peak memory never falls again.
    let workload =
      memory == "training"
      ? try workloads.training("resnet20", .float32) : try workloads.evaluation("resnet20", .float32)
    _ = try workload.run()
    say("\(Load.peakMegabytes())")
    return
  }
  say("\(machineName()); oneDNN \(EngineVersion.library), \(arguments.threads) threads")
  say(arguments.data == nil ? "CIFAR-10 is absent: random images of the same shape" : "CIFAR-10")
  say(Table.header())
  let plans: [() throws -> Workload] = [
    { try workloads.evaluation("resnet20", .float32) }, { try workloads.surface("resnet20", .float32) },
    { try workloads.training("resnet20", .float32) }, { try workloads.evaluation("resnet56", .float32) },
    { try workloads.evaluation("resnet20", .bfloat16) }, { try workloads.evaluation("resnet56", .bfloat16) },
    { try workloads.training("resnet20", .bfloat16) },
    { try workloads.product(.hessian, "resnet20", .float32, images: 1024, policy: .running) },
    { try workloads.product(.hessian, "resnet20", .float32, images: 1024, policy: .batch(size: 128)) },
    { try workloads.product(.hessian, "resnet20", .bfloat16, images: 1024, policy: .running) },
    { try workloads.product(.hessian, "resnet20", .float32, images: 10_000, policy: .running, keptBytes: 0) },
    { try workloads.product(.hessian, "resnet20", .float32, images: 10_000, policy: .batch(size: 128), keptBytes: 0) },
    {
      try workloads.product(
        .hessian, "resnet20", .float32, images: 1024, policy: .running, keptBytes: 1 << 30, directions: 4)
    },
    { try workloads.lanczos("resnet20", images: 256, steps: 90) },
    { try workloads.product(.gaussNewton, "resnet20", .float32, images: 1024, policy: .running) },
    { try workloads.deformedTraining("LE(1, 0.9)", "resnet20", limit: 1.01) },
    { try workloads.deformedTraining("sgds(1e-4, batches: same)", "resnet20", limit: 2.2) },
    { try workloads.deformedTraining("sgds(1e-4, batches: different)", "resnet20", limit: 2.2) },
    { try workloads.deformedTraining("sam(rho: 0.05)", "resnet20", limit: 2.1) },
  ]
  var rows: [Row] = []
  for make in plans {
    let workload = try make()
    let title = "\(workload.name) \(workload.network) \(workload.precision.rawValue)"
    if let only = arguments.only, !title.contains(only) { continue }
    let row = try time(workload, threads: arguments.threads)
    rows.append(row)
    say(Table.line(row))
  }
  if !EngineVersion.hasNativeBfloat16 {
    say("this processor has no bfloat16: those rows are 32-bit arithmetic rounded to 16 bits")
  }
  if arguments.out != nil { try write(rows, to: arguments.out) }
}

/// Writes JSON into the file at `path`, or to the standard output.
func write(_ value: some Encodable, to path: String?) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  let data = try encoder.encode(value)
  guard let path else {
    say(String(decoding: data, as: UTF8.self))
    return
  }
  try data.write(to: URL(fileURLWithPath: path))
  say("written: \(path)")
}

enum Versions {
  static let all = ["thalweg": Machine.version, "onednn": EngineVersion.library]
}

do {
  try run()
} catch {
  FileHandle.standardError.write(Data("bench: error: \(error)\n".utf8))
  exit(1)
}
