import ThalwegGraphs

/// Keeping less across the gate: values that take much memory for little work are computed anew in every run.
extension LoweredGraph {
  /// The values kept for later runs that could be computed anew instead, those first that take most memory for least work.
  ///
  /// There are none where either side of the gate waits for sums over the batch: each stage would need copies of its own.
  func recomputableValues() -> [Int] {
    guard let gate, gate == 1, stageCount == 3 else { return [] }
    let kept = keptValues(gate)
    let definitions = definitions()
    var costs: [Int: Double] = [:]

    /// Work to compute `value` when all kept values but itself are there; `nil` if it can't be.
    func cost(of value: Int) -> Double? {
      if let known = costs[value] { return known }
      guard let index = definitions[value], isRowWise(operations[index]) else { return nil }
      var total = work(operations[index])
      for operand in operations[index].operands where values[operand].isBatched && !kept.contains(operand) {
        guard let more = cost(of: operand) else { return nil }
        total += more
      }
      costs[value] = total
      return total
    }
    let rated = kept.sorted().compactMap { value in
      cost(of: value).map { (value: value, bytesPerWork: Double(values[value].storedCount) / max(1, $0)) }
    }
    // The sort keeps the order of equals, so that a chain of layers is given up from its start.
    return rated.sorted { $0.bytesPerWork > $1.bytesPerWork }.map(\.value)
  }

  /// The graph with the first `count` of ``recomputableValues()`` computed again behind the gate.
  func recomputing(_ count: Int) -> LoweredGraph {
    guard count > 0, let gate else { return self }
    let dropped = Set(recomputableValues().prefix(count))
    let kept = keptValues(gate).subtracting(dropped)
    let definitions = definitions()
    var graph = self
    graph.operations = []
    var copies: [Int: Int] = [:]

    /// What stands for `value` behind the gate.
    func needed(_ value: Int) -> Int {
      guard values[value].isBatched, !kept.contains(value), let index = definitions[value],
        operations[index].stage < gate
      else { return value }
      if let copy = copies[value] { return copy }
      var operation = operations[index]
      operation.operands = operation.operands.map(needed)
      operation.results = operation.results.map { result in
        graph.values.append(values[result])
        copies[result] = graph.values.count - 1
        return graph.values.count - 1
      }
      operation.stage = gate + 1
      graph.operations.append(operation)
      return copies[value] ?? value
    }
    for operation in operations {
      var operation = operation
      if isBatched(operation), operation.stage > gate { operation.operands = operation.operands.map(needed) }
      graph.operations.append(operation)
    }
    return graph.sorted()
  }

  /// Batched values made before the gate and used behind it.
  private func keptValues(_ gate: Int) -> Set<Int> {
    var early = Set<Int>()
    for operation in operations where isBatched(operation) && operation.stage < gate {
      early.formUnion(operation.results)
    }
    var result = Set<Int>()
    for operation in operations where isBatched(operation) && operation.stage > gate {
      result.formUnion(operation.operands.filter { early.contains($0) })
    }
    return result
  }

  /// Whether an operation gives rows from rows alone.
  private func isRowWise(_ operation: LoweredOperation) -> Bool {
    if case .input = operation.kernel { return false }
    return !operation.kernel.isSum && operation.results.allSatisfy { values[$0].isBatched }
  }

  /// Multiplications and additions for one row, roughly.
  private func work(_ operation: LoweredOperation) -> Double {
    func entries(_ value: Int) -> Double { Double(values[value].storedCount) }
    switch operation.kernel {
    case .convolution:
      let filters = values[operation.operands[1]].shape
      return 2 * entries(operation.results[0]) * Double(filters.count / filters[0])
    case .convolutionInputGradient:
      let filters = values[operation.operands[1]].shape
      return 2 * entries(operation.operands[0]) * Double(filters.count / filters[0])
    case .matrixProduct:
      return 2 * entries(operation.operands[0]) * entries(operation.results[0])
    default:
      return operation.operands.reduce(0) { $0 + entries($1) }
    }
  }
}
