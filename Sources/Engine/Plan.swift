import CKernels
import COneDNN
public import ThalwegGraphs

/// A graph compiled for this machine: steps over memory that is allocated once.
///
/// A plan belongs to one caller at a time. Its inputs are of two kinds. *Shared* inputs (parameters, statistics) are set
/// with ``setInput(_:_:)``. *Batched* inputs have one row for each example; a ``BatchSource`` supplies their rows
/// chunk by chunk, from any thread.
///
/// A plan whose operations never wait for a sum over the batch (``isStreaming``) takes any number of examples in a run;
/// others take exactly the number for which the graph was built.
///
/// A plan with *varying* inputs keeps, for all examples, what doesn't depend on them: ``prepare(exampleCount:source:)``
/// computes that once, and ``runAgain()`` the rest as often as wanted, for instance the Hessian's products with one
/// direction after another.
public final class Plan {
  /// Names of the batched inputs; sources know them by position.
  public let batchedInputs: [String]
  /// Whether runs of any length are possible.
  public let isStreaming: Bool
  /// How it was compiled.
  public let options: EngineOptions
  /// Bytes of all arenas.
  public let memoryBytes: Int
  /// Rows that pass through each stage together.
  public let rowsPerChunk: [Int]

  private let graph: LoweredGraph
  private let memory: MemoryPlan
  private let library: Library
  private let stages: [[Step]]
  private let between: [[Step]]
  private let team: OpaquePointer
  private let counter: OpaquePointer
  private let context = RunContext()
  private let chunks: [Chunk]
  private let arenas: [(memory: UnsafeMutableRawPointer, bytes: Int)]
  private let inputs: [String: MemoryPlan.Slot]
  private let sharedOutputs: [String: (slot: MemoryPlan.Slot, count: Int)]
  private let perExampleCounts: [(name: String, count: Int)]
  private var perExampleCapacity = 0

  /// Compiles `graph`.
  ///
  /// - Parameters:
  ///   - graph: Any graph in which examples meet only in sums over the batch.
  ///   - batched: Inputs whose first axis counts examples, all of one extent. With none, everything runs once.
  ///   - varying: Shared inputs that change from run to run while all others stay.
  ///   - recomputed: How many of the values that would be kept for later runs are computed anew in each instead, at most
  ///     ``recomputableCount(_:batched:varying:options:)``; those first that take most memory for least work.
  ///   - options: Threads, precision, lanes.
  /// - Throws: ``EngineError`` when examples are mixed otherwise, when oneDNN refuses, or when memory is short.
  public init(
    _ graph: Graph, batched: [String], varying: [String] = [], recomputed: Int = 0,
    options: EngineOptions = EngineOptions()
  ) throws(EngineError) {
    let lowered = try Plan.lower(graph, batched, varying, options).recomputing(recomputed)
    self.graph = lowered
    self.options = options
    batchedInputs = batched
    isStreaming = lowered.stageCount <= 1
    memory = Plan.planMemory(lowered, options)
    rowsPerChunk = memory.rowsPerChunk
    library = try Library(workers: options.threadCount)
    let builder = try PlanBuilder(lowered, memory, options, library, batchedInputs: batched)
    try library.allocateScratchpads()
    stages = builder.stages
    between = builder.between
    perExampleCounts = builder.perExample

    var arenas: [(UnsafeMutableRawPointer, Int)] = []
    func allocate(_ bytes: Int) throws(EngineError) -> UnsafeMutableRawPointer {
      guard let memory = tw_memory_create(bytes) else {
        for (memory, bytes) in arenas { tw_memory_destroy(memory, bytes) }
        throw .outOfMemory(bytes: bytes)
      }
      arenas.append((memory, bytes))
      return memory
    }
    let shared = try allocate(builder.sharedBytes)
    let stored = try allocate(memory.storedBytes)
    let partials = try allocate(builder.partialBytes * options.laneCount)
    context.partials = partials
    context.partialStride = builder.partialBytes
    var chunks: [Chunk] = []
    for worker in 0..<options.threadCount {
      var chunk = Chunk(
        local: try allocate(memory.localBytes), stored: stored, shared: shared, partial: partials)
      chunk.worker = worker
      chunks.append(chunk)
    }
    self.chunks = chunks
    self.arenas = arenas
    memoryBytes = arenas.reduce(0) { $0 + $1.1 }

    var inputs: [String: MemoryPlan.Slot] = [:]
    for operation in lowered.operations {
      if case .input(let name) = operation.kernel, !lowered.values[operation.results[0]].isBatched {
        inputs[name] = memory.slot(operation.results[0])
      }
    }
    self.inputs = inputs
    var sharedOutputs: [String: (slot: MemoryPlan.Slot, count: Int)] = [:]
    for output in lowered.outputs where !lowered.values[output.value].isBatched {
      sharedOutputs[output.name] = (memory.slot(output.value), lowered.values[output.value].shape.count)
    }
    self.sharedOutputs = sharedOutputs
    guard let team = tw_team_create(Int32(options.threadCount)), let counter = tw_counter_create() else {
      throw .outOfMemory(bytes: 0)
    }
    self.team = team
    self.counter = counter
  }

  deinit {
    tw_team_destroy(team)
    tw_counter_destroy(counter)
    for pointer in context.perExample { pointer.deallocate() }
    for (memory, bytes) in arenas { tw_memory_destroy(memory, bytes) }
  }

  /// Bytes that a plan of `graph` will need, but for the packed copies of its filters; nothing is allocated.
  public static func predictedBytes(
    _ graph: Graph, batched: [String], varying: [String] = [], recomputed: Int = 0,
    options: EngineOptions = EngineOptions()
  ) throws(EngineError) -> Int {
    let memory = planMemory(try lower(graph, batched, varying, options).recomputing(recomputed), options)
    return memory.sharedBytes + memory.storedBytes + memory.localBytes * options.threadCount
  }

  /// How many of the values kept for later runs could be computed anew in each: none where the plan waits for sums over
  /// the batch.
  public static func recomputableCount(
    _ graph: Graph, batched: [String], varying: [String], options: EngineOptions = EngineOptions()
  ) throws(EngineError) -> Int {
    try lower(graph, batched, varying, options).recomputableValues().count
  }

  private static func lower(
    _ graph: Graph, _ batched: [String], _ varying: [String], _ options: EngineOptions
  ) throws(EngineError) -> LoweredGraph {
    try Lowering.lower(graph, batched: batched, arithmetic: options.arithmetic).sorted().fused()
      .staged(varying: varying)
  }

  private static func planMemory(_ graph: LoweredGraph, _ options: EngineOptions) -> MemoryPlan {
    let chunk = options.rowsPerChunk ?? MemoryPlan.largestChunk
    let multiple = (MemoryPlan.largestChunk + chunk - 1) / chunk * chunk
    let rows = rowsPerLane(graph.batch, options.laneCount, multiple: graph.stageCount <= 1 ? multiple : 1)
    return MemoryPlan(graph, options: options, laneRows: (rows + multiple - 1) / multiple * multiple)
  }

  private static func rowsPerLane(_ examples: Int, _ lanes: Int, multiple: Int) -> Int {
    let even = (examples + lanes - 1) / lanes
    return (even + multiple - 1) / multiple * multiple
  }

  // MARK: Inputs and outputs

  /// Sets a shared input. An input that no output needs is ignored.
  public func setInput(_ name: String, _ values: UnsafeBufferPointer<Float>) {
    guard let slot = inputs[name], let base = values.baseAddress else { return }
    chunks[0].floats(slot).update(from: base, count: values.count)
  }

  /// Where the shared output `name` was left by the last run.
  public func sharedOutput(_ name: String) -> UnsafeBufferPointer<Float> {
    guard let output = sharedOutputs[name] else { preconditionFailure("no shared output is called \(name)") }
    return UnsafeBufferPointer(start: chunks[0].floats(output.slot), count: output.count)
  }

  /// Whether output `name` has one row for each example.
  public func isPerExample(_ name: String) -> Bool { perExampleCounts.contains { $0.name == name } }

  /// Rows of the per-example output `name` left by the last run, in order of the examples.
  public func perExampleOutput(_ name: String) -> UnsafeBufferPointer<Float> {
    guard let index = perExampleCounts.firstIndex(where: { $0.name == name }), !context.perExample.isEmpty else {
      preconditionFailure("no per-example output is called \(name)")
    }
    return UnsafeBufferPointer(
      start: context.perExample[index], count: context.exampleCount * perExampleCounts[index].count)
  }

  private func reservePerExample(_ count: Int) {
    guard count > perExampleCapacity else { return }
    for pointer in context.perExample { pointer.deallocate() }
    context.perExample = perExampleCounts.map { .allocate(capacity: max(1, count * $0.count)) }
    perExampleCapacity = count
  }

  // MARK: Running

  /// Runs the plan on `exampleCount` examples that `source` supplies.
  ///
  /// - Throws: ``EngineError/library(operation:status:)`` if a primitive failed.
  public func run(exampleCount: Int, source: (any BatchSource)?) throws(EngineError) {
    begin(exampleCount, source)
    try runStages(0..<stages.count)
  }

  /// Computes what doesn't depend on the varying inputs, and keeps it.
  ///
  /// - Throws: ``EngineError/library(operation:status:)`` if a primitive failed.
  public func prepare(exampleCount: Int, source: (any BatchSource)?) throws(EngineError) {
    guard let gate = graph.gate else { preconditionFailure("the plan has no varying inputs") }
    begin(exampleCount, source)
    try runStages(0..<gate)
  }

  /// Computes, after ``prepare(exampleCount:source:)``, what depends on the varying inputs.
  ///
  /// - Throws: ``EngineError/library(operation:status:)`` if a primitive failed.
  public func runAgain() throws(EngineError) {
    guard let gate = graph.gate else { preconditionFailure("the plan has no varying inputs") }
    try runStages(gate + 1..<stages.count)
  }

  private func begin(_ exampleCount: Int, _ source: (any BatchSource)?) {
    precondition(
      isStreaming || exampleCount == graph.batch,
      "the plan was compiled for \(graph.batch) examples, not \(exampleCount)")
    reservePerExample(exampleCount)
    context.source = source
    context.exampleCount = exampleCount
    let multiple = isStreaming ? rowsPerChunk.first ?? 1 : 1
    context.rowsPerLane = Plan.rowsPerLane(exampleCount, options.laneCount, multiple: multiple)
  }

  private func runStages(_ range: Range<Int>) throws(EngineError) {
    context.status = 0
    running = range
    tw_counter_reset(counter)
    tw_team_run(
      team,
      { context, worker in
        guard let context else { return }
        Unmanaged<Plan>.fromOpaque(context).takeUnretainedValue().work(Int(worker))
      }, Unmanaged.passUnretained(self).toOpaque())
    context.source = nil
    try check(context.status, "a step of a plan")
  }

  /// What one worker does in a run.
  private func work(_ worker: Int) {
    _ = shim_use_one_thread()
    let plan = Unmanaged.passUnretained(self).toOpaque()
    tw_team_barrier(
      team,
      { context, worker in
        guard let context else { return }
        let plan = Unmanaged<Plan>.fromOpaque(context).takeUnretainedValue()
        plan.runShared(plan.running.lowerBound, Int(worker))
      }, plan, Int32(worker))
    for stage in running {
      if isStreaming {
        // Lanes are independent: whoever is free takes the next.
        while true {
          let lane = Int(tw_counter_next(counter))
          guard lane < context.usedLanes else { break }
          runLane(lane, stage, worker)
        }
      } else {
        for lane in stride(from: worker, to: context.usedLanes, by: options.threadCount) {
          runLane(lane, stage, worker)
        }
      }
      finishing = stage + 1
      tw_team_barrier(
        team,
        { context, worker in
          guard let context else { return }
          let plan = Unmanaged<Plan>.fromOpaque(context).takeUnretainedValue()
          plan.runShared(plan.finishing, Int(worker))
        }, plan, Int32(worker))
    }
  }

  // Written before the workers start.
  private nonisolated(unsafe) var running = 0..<0

  // Written by every worker with the same value before the barrier that reads it.
  private nonisolated(unsafe) var finishing = 0

  private func runShared(_ index: Int, _ worker: Int) {
    var chunk = chunks[worker]
    chunk.worker = worker
    for step in between[index] { step.run(chunk, context) }
  }

  private func runLane(_ lane: Int, _ stage: Int, _ worker: Int) {
    let examples = context.examples(of: lane)
    let rows = rowsPerChunk[stage]
    var chunk = chunks[worker]
    chunk.partial = context.partial(lane, 0)
    chunk.rows = rows
    chunk.isFirstOfLane = true
    var first = examples.lowerBound
    while first < examples.upperBound {
      chunk.firstExample = first
      chunk.count = min(rows, examples.upperBound - first)
      chunk.storedRow = lane * memory.laneRows + first - examples.lowerBound
      for step in stages[stage] { step.run(chunk, context) }
      chunk.isFirstOfLane = false
      first += rows
    }
  }
}
