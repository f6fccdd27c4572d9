import Foundation
import ThalwegStores

// A small run in a process of its own, for tests that kill it, lock it out or take its disk away.
//
//   StoresKillHelper write FOLDER            does the run, or what is left of it
//   StoresKillHelper hold FOLDER             writes until its standard input ends
//   StoresKillHelper limited FOLDER BYTES    does the run with a bound on the size of files
//   StoresKillHelper unprivileged FOLDER     does the run as a user who owns nothing

let description = RunDescription(
  kind: "demonstration", options: ["width": 24, "height": 17], seeds: ["run": 1])
let blockSize = 16
let epochCount = 12
let epochsPerCheckpoint = 4

func loss(_ coordinates: [Double]) -> Double {
  coordinates.enumerated().reduce(0.1) { $0 + cos(Double($1.offset + 1) * $1.element) / 3 }
}

func survey(_ run: RunFolder) throws {
  let surface = try run.surface(
    named: "test loss",
    axes: [
      SurfaceAxis(name: "x", coordinates: (0..<24).map { Double($0) / 7 }),
      SurfaceAxis(name: "y", coordinates: (0..<17).map { Double($0) / 3 - 2 }),
    ])
  let pending = try surface.pendingPoints()
  for start in stride(from: 0, to: pending.count, by: blockSize) {
    let clock = ContinuousClock.now
    let block = pending[start..<min(start + blockSize, pending.count)].map { position -> SurfacePoint in
      guard position % 41 != 7 else { return .diverged(position) }
      let value = loss(surface.grid.coordinates(of: position))
      return .measured(
        position, loss: value, standardError: value / 50, correctCount: position, exampleCount: 500,
        extra: ["norm": value * 3, "sharpness": value / 3])
    }
    try surface.write(block, seconds: (ContinuousClock.now - clock) / .seconds(1))
  }
}

func train(_ run: RunFolder) throws {
  let history = run.history()
  let checkpoint = try run.checkpointEpochs().last ?? 0
  try history.truncate(after: checkpoint)
  for epoch in stride(from: checkpoint + 1, through: epochCount, by: 1) {
    let values = ["trainLoss": 1 / Double(epoch), "rate": epoch < 6 ? 0.1 : 0.01]
    try history.append(
      HistoryEntry(epoch: epoch, values: values, durations: ["epoch": Double.random(in: 1...2)]))
    if epoch % epochsPerCheckpoint == 0 {
      try Data("parameters \(epoch)".utf8).write(
        to: URL(fileURLWithPath: run.checkpointPath(epoch: epoch)), options: .atomic)
    }
  }
}

func doRun(_ folder: String) throws {
  let run = try RunFolder.openOrCreate(folder, description)
  try run.facts.set("cosine", to: 0.015625)
  try run.facts.set("processIdentifier", to: .integer(Int128(getpid())), as: .circumstance)
  try train(run)
  try survey(run)
  try run.finish()
  run.close()
}

func main(_ arguments: [String]) throws {
  guard arguments.count >= 3 else { exit(64) }
  let folder = arguments[2]
  switch arguments[1] {
  case "write": break
  case "hold":
    let run = try RunFolder.openOrCreate(folder, description)
    print("ready")
    fflush(nil)
    while readLine() != nil {}
    return run.close()
  case "limited":
    // Without this the first write beyond the limit ends the process.
    signal(SIGXFSZ, SIG_IGN)
    let bytes = arguments.dropFirst(3).first.flatMap { rlim_t($0) } ?? 0
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(71) }
  case "unprivileged":
    guard getuid() != 0 || (setgid(65_534) == 0 && setuid(65_534) == 0) else { exit(71) }
  default: exit(64)
  }
  try doRun(folder)
}

do {
  try main(CommandLine.arguments)
} catch {
  print("\(error)")
  exit(1)
}
