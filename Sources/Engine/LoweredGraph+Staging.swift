/// Divides a plan into stages. Within a stage every chunk of rows runs through all operations while it is in cache; a
/// stage ends where a sum over the whole batch is needed to go on.
extension LoweredGraph {
  /// The graph with ``LoweredOperation/stage`` set, each operation as early as its operands allow, and values that are
  /// cheaper to compute again than to keep computed again.
  ///
  /// What doesn't depend on the inputs `varying` is done in the stages before ``gate``, the rest in those behind it.
  func staged(varying: [String] = []) -> LoweredGraph {
    var graph = self
    graph.assignStages(varying)
    graph.recomputeCheapValues()
    return graph.sorted()
  }

  /// Number of stages.
  var stageCount: Int { (operations.lazy.filter { isBatched($0) }.map(\.stage).max() ?? -1) + 1 }

  /// Whether an operation runs over rows (giving batched values or sums) rather than once.
  func isBatched(_ operation: LoweredOperation) -> Bool {
    operation.kernel.isSum || operation.results.contains { values[$0].isBatched }
  }

  private mutating func assignStages(_ varyingInputs: [String]) {
    let varies = dependents(of: varyingInputs)
    var available = [Int](repeating: -1, count: values.count)
    func assign(_ index: Int, notBefore first: Int) {
      let operation = operations[index]
      var stage: Int
      if isBatched(operation) {
        stage = first + 1
        for operand in operation.operands {
          stage = max(stage, values[operand].isBatched ? available[operand] : available[operand] + 1)
        }
      } else {
        stage = first
        for operand in operation.operands { stage = max(stage, available[operand]) }
      }
      operations[index].stage = stage
      for value in operation.results { available[value] = stage }
    }
    for index in operations.indices where !varies[index] { assign(index, notBefore: -1) }
    guard varies.contains(true) else { return }
    let gate = stageCount
    self.gate = gate
    for index in operations.indices where varies[index] { assign(index, notBefore: gate) }
  }

  /// Which operations depend on the inputs `names`.
  private func dependents(of names: [String]) -> [Bool] {
    var moves = [Bool](repeating: false, count: values.count)
    return operations.map { operation in
      var depends = operation.operands.contains { moves[$0] }
      if case .input(let name) = operation.kernel, names.contains(name) { depends = true }
      if depends { for value in operation.results { moves[value] = true } }
      return depends
    }
  }

  /// Normalised images are a multiply-add away from the convolution's result, which is kept for the gradient anyway:
  /// later stages compute them again from there, which saves writing and reading them.
  private mutating func recomputeCheapValues() {
    var lastUse = [Int](repeating: -1, count: values.count)
    for operation in operations where isBatched(operation) {
      for operand in operation.operands { lastUse[operand] = max(lastUse[operand], operation.stage) }
    }
    for index in operations.indices {
      let operation = operations[index]
      let source: Int
      switch operation.kernel {
      case .linear(scaled: 1, plain: 0, let ending) where ending != .mask: source = operation.operands[0]
      case .linear(scaled: 0, plain: 1, let ending) where ending != .mask: source = operation.operands[1]
      case .subsample: source = operation.operands[0]
      default: continue
      }
      let value = operation.results[0]
      guard !outputs.contains(where: { $0.value == value }) else { continue }
      let consumers = operations.indices.filter { operations[$0].operands.contains(value) }
      for stage in Set(consumers.map { operations[$0].stage }).sorted()
      where stage > operation.stage && lastUse[source] >= stage {
        let type = values[value]
        values.append(type)
        let copy = values.count - 1
        operations.append(
          LoweredOperation(kernel: operation.kernel, operands: operation.operands, results: [copy], stage: stage))
        for consumer in consumers where operations[consumer].stage == stage {
          operations[consumer].operands = operations[consumer].operands.map { $0 == value ? copy : $0 }
        }
      }
    }
  }
}
