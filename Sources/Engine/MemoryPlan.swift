import Glibc
import ThalwegGraphs

/// Where each value of a plan lives.
///
/// * *Local* values are born and die within one stage: one chunk of rows in a worker's own arena, reused by every chunk,
///   so that they stay in the core's cache.
/// * *Stored* values cross stages: all rows, in one arena shared by all workers; each worker writes only its rows.
/// * *Shared* values (parameters, statistics, gradients) live in one arena.
struct MemoryPlan {
  enum Area { case local, stored, shared }

  struct Slot {
    var area: Area
    /// Bytes from the start of the area. For stored values the rows start there.
    var offset: Int
    /// Bytes of a row; 0 for shared values.
    var rowBytes: Int
  }

  static let alignment = 64

  private(set) var slots: [Slot?]
  /// Bytes of each worker's arena.
  private(set) var localBytes = 0
  /// Bytes of the arena of stored values.
  private(set) var storedBytes = 0
  /// Bytes of the arena of shared values.
  private(set) var sharedBytes = 0
  /// Rows of a chunk in each stage.
  private(set) var rowsPerChunk: [Int] = []
  let laneRows: Int

  /// Plans `graph`, whose stages are set.
  ///
  /// - Parameters:
  ///   - laneRows: Rows of a lane in the stored arena, a multiple of ``largestChunk``.
  ///   - cacheBytes: Bytes that a chunk should not exceed.
  init(_ graph: LoweredGraph, options: EngineOptions, laneRows: Int, cacheBytes: Int = MemoryPlan.cacheBytes) {
    self.laneRows = laneRows
    slots = Array(repeating: nil, count: graph.values.count)
    let lifetimes = Lifetimes(graph)
    placeShared(graph)
    placeStored(graph, lifetimes, options)
    for stage in 0..<graph.stageCount {
      var rows = 1
      if let fixed = options.rowsPerChunk {
        rows = fixed
      } else {
        let perRow = max(1, workingSet(of: stage, graph, lifetimes, options))
        let sums = filterBytes(of: stage, graph)
        // Below this many rows the additions to a large filter gradient cost more than the cache saves.
        let least = sums > 128 << 10 ? 4 : 1
        while rows < MemoryPlan.largestChunk && (rows < least || 2 * rows * perRow <= cacheBytes) { rows *= 2 }
      }
      rowsPerChunk.append(rows)
      localBytes = max(localBytes, placeLocal(stage, rows: rows, graph, lifetimes, options))
    }
  }

  /// Nine tenths of a core's own second-level cache; a megabyte where the system doesn't tell.
  static let cacheBytes: Int = {
    let size = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
    return (size > 0 ? size : 1 << 20) / 10 * 9
  }()

  /// Largest number of rows of a chunk that the engine chooses by itself.
  static let largestChunk = 16

  func slot(_ value: Int) -> Slot {
    guard let slot = slots[value] else { preconditionFailure("value \(value) has no place") }
    return slot
  }

  // MARK: Lifetimes

  /// First and last use of each batched value, as (stage, position).
  struct Lifetimes {
    var definition: [Int]
    var firstStage: [Int]
    var lastStage: [Int]
    /// Last operation that touches the value, by position in the graph.
    var lastOperation: [Int]

    init(_ graph: LoweredGraph) {
      definition = Array(repeating: -1, count: graph.values.count)
      firstStage = definition
      lastStage = definition
      lastOperation = definition
      for (index, operation) in graph.operations.enumerated() where graph.isBatched(operation) {
        for value in operation.results where graph.values[value].isBatched {
          definition[value] = index
          firstStage[value] = operation.stage
          lastStage[value] = operation.stage
          lastOperation[value] = index
        }
      }
      for (index, operation) in graph.operations.enumerated() where graph.isBatched(operation) {
        for value in operation.operands where graph.values[value].isBatched {
          // Order is by stage first: an operation of a later stage may stand earlier in the list.
          if operation.stage > lastStage[value]
            || (operation.stage == lastStage[value] && index > lastOperation[value])
          {
            lastStage[value] = operation.stage
            lastOperation[value] = index
          }
        }
      }
      // Outputs are handed over at the end of the stage that makes them, so they outlive all its operations.
      for output in graph.outputs where graph.values[output.value].isBatched {
        if lastStage[output.value] == firstStage[output.value] {
          lastOperation[output.value] = graph.operations.count
        }
      }
      keepAcrossGate(graph)
    }

    /// What is computed once and read by every later run must not give its memory away.
    private mutating func keepAcrossGate(_ graph: LoweredGraph) {
      guard let gate = graph.gate else { return }
      for value in graph.values.indices where firstStage[value] < gate && lastStage[value] > gate {
        lastStage[value] = graph.stageCount
        lastOperation[value] = graph.operations.count
      }
    }

    func isLocal(_ value: Int) -> Bool { firstStage[value] == lastStage[value] }
  }

  static func elementBytes(_ value: LoweredGraph.LoweredValue, _ options: EngineOptions) -> Int {
    value.layout == .blocked && value.kind == .real && options.arithmetic == .half ? 2 : 4
  }

  private func rowBytes(_ value: LoweredGraph.LoweredValue, _ options: EngineOptions) -> Int {
    value.storedCount * MemoryPlan.elementBytes(value, options)
  }

  private static func aligned(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

  /// Bytes per row of everything that a stage touches.
  private func workingSet(
    of stage: Int, _ graph: LoweredGraph, _ lifetimes: Lifetimes, _ options: EngineOptions
  ) -> Int {
    var seen = Set<Int>()
    var stored = 0
    var arena = Arena()
    var held: [Int: (offset: Int, bytes: Int)] = [:]
    for (index, operation) in graph.operations.enumerated() where graph.isBatched(operation) && operation.stage == stage
    {
      for value in operation.results + operation.operands where graph.values[value].isBatched && !seen.contains(value) {
        seen.insert(value)
        let bytes = rowBytes(graph.values[value], options)
        if lifetimes.isLocal(value) {
          held[value] = (arena.take(bytes), bytes)
        } else {
          stored += bytes
        }
      }
      for value in Set(operation.operands + operation.results) where lifetimes.lastOperation[value] == index {
        if let (offset, bytes) = held.removeValue(forKey: value) { arena.give(offset, bytes) }
      }
    }
    return stored + arena.peak
  }

  /// Bytes of the filter gradients formed in a stage.
  private func filterBytes(of stage: Int, _ graph: LoweredGraph) -> Int {
    var total = 0
    for operation in graph.operations where operation.stage == stage {
      if case .convolutionFilterGradient = operation.kernel {
        total += 4 * graph.values[operation.results[0]].shape.count
      }
    }
    return total
  }

  // MARK: Placing

  private mutating func placeShared(_ graph: LoweredGraph) {
    for (index, value) in graph.values.enumerated() where !value.isBatched {
      slots[index] = Slot(area: .shared, offset: sharedBytes, rowBytes: 0)
      sharedBytes += MemoryPlan.aligned(4 * value.storedCount)
    }
  }

  private mutating func placeStored(_ graph: LoweredGraph, _ lifetimes: Lifetimes, _ options: EngineOptions) {
    var arena = Arena()
    var held: [(value: Int, offset: Int, bytes: Int)] = []
    let rows = laneRows * options.laneCount
    for stage in 0..<graph.stageCount {
      for operation in graph.operations where graph.isBatched(operation) && operation.stage == stage {
        for value in operation.results where graph.values[value].isBatched && !lifetimes.isLocal(value) {
          let perRow = rowBytes(graph.values[value], options)
          let bytes = MemoryPlan.aligned(perRow * rows)
          let offset: Int
          // A kernel that may work in place takes over the memory of an operand that dies here, row by row.
          if let index = held.firstIndex(where: {
            operation.kernel.canOverwrite(operation.operands, $0.value) && lifetimes.lastStage[$0.value] == stage
              && isLastUse(of: $0.value, by: operation, graph, lifetimes) && $0.bytes == bytes
          }) {
            offset = held[index].offset
            held.remove(at: index)
          } else {
            offset = arena.take(bytes)
          }
          slots[value] = Slot(area: .stored, offset: offset, rowBytes: perRow)
          held.append((value, offset, bytes))
        }
      }
      for (_, offset, bytes) in held.filter({ lifetimes.lastStage[$0.value] == stage }) { arena.give(offset, bytes) }
      held.removeAll { lifetimes.lastStage[$0.value] == stage }
    }
    storedBytes = arena.peak
  }

  private func isLastUse(
    of value: Int, by operation: LoweredGraph.LoweredOperation, _ graph: LoweredGraph, _ lifetimes: Lifetimes
  ) -> Bool {
    let last = lifetimes.lastOperation[value]
    return graph.operations.indices.contains(last) && graph.operations[last].results == operation.results
  }

  /// Places the local values of a stage; returns the bytes needed.
  private mutating func placeLocal(
    _ stage: Int, rows: Int, _ graph: LoweredGraph, _ lifetimes: Lifetimes, _ options: EngineOptions
  ) -> Int {
    var arena = Arena()
    var held: [Int: (offset: Int, bytes: Int)] = [:]
    for (index, operation) in graph.operations.enumerated() where graph.isBatched(operation) && operation.stage == stage
    {
      for value in operation.results where graph.values[value].isBatched && lifetimes.isLocal(value) {
        let perRow = rowBytes(graph.values[value], options)
        let bytes = MemoryPlan.aligned(perRow * rows)
        let reusable = operation.operands.first {
          operation.kernel.canOverwrite(operation.operands, $0) && lifetimes.lastOperation[$0] == index
            && held[$0]?.bytes == bytes
        }
        let offset: Int
        if let reusable, let slot = held.removeValue(forKey: reusable) {
          offset = slot.offset
        } else {
          offset = arena.take(bytes)
        }
        slots[value] = Slot(area: .local, offset: offset, rowBytes: perRow)
        held[value] = (offset, bytes)
      }
      for value in Set(operation.operands + operation.results) where lifetimes.lastOperation[value] == index {
        if let (offset, bytes) = held.removeValue(forKey: value) { arena.give(offset, bytes) }
      }
    }
    return arena.peak
  }

  /// First-fit allocation in one growing block.
  private struct Arena {
    private var free: [(offset: Int, bytes: Int)] = []
    private(set) var peak = 0

    mutating func take(_ bytes: Int) -> Int {
      if let index = free.firstIndex(where: { $0.bytes >= bytes }) {
        let offset = free[index].offset
        if free[index].bytes == bytes {
          free.remove(at: index)
        } else {
          free[index] = (offset + bytes, free[index].bytes - bytes)
        }
        return offset
      }
      if let last = free.last, last.offset + last.bytes == peak {
        free.removeLast()
        peak = last.offset + bytes
        return last.offset
      }
      defer { peak += bytes }
      return peak
    }

    mutating func give(_ offset: Int, _ bytes: Int) {
      guard bytes > 0 else { return }
      let index = free.firstIndex { $0.offset > offset } ?? free.count
      free.insert((offset, bytes), at: index)
      if index + 1 < free.count && free[index].offset + free[index].bytes == free[index + 1].offset {
        free[index].bytes += free[index + 1].bytes
        free.remove(at: index + 1)
      }
      if index > 0 && free[index - 1].offset + free[index - 1].bytes == free[index].offset {
        free[index - 1].bytes += free[index].bytes
        free.remove(at: index)
      }
    }
  }
}

extension LoweredGraph.Kernel {
  /// Whether the kernel may write its result over operand `value`.
  func canOverwrite(_ operands: [Int], _ value: Int) -> Bool {
    switch self {
    case .entrywise, .addRow, .linear: true
    case .maskedSums(let addends, _, _): operands[..<addends].contains(value)
    default: false
    }
  }
}
