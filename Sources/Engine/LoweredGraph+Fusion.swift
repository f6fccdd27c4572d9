/// Joins neighbouring kernels into one where a kernel exists that does both in one pass over memory.
///
/// Convolutions stay as they are: oneDNN would apply a bias, a residual and ReLU while the result is in registers, but its
/// ReLU turns NaN into zero, which would hide a diverged state. A pass over data still in cache costs little.
extension LoweredGraph {
  /// The graph with all fusions applied; it computes the same up to rounding.
  func fused() -> LoweredGraph {
    var graph = self
    while graph.fuseOnce() {}
    return graph.sorted()
  }

  /// Applies the first fusion found. An intermediate value may disappear only if nothing else uses it.
  private mutating func fuseOnce() -> Bool {
    let uses = useCounts()
    let definitions = definitions()
    for (index, operation) in operations.enumerated() {
      if fuseResidual(index, operation, uses, definitions) { return true }
      if fuseRelu(index, operation, uses, definitions) { return true }
      if fuseMaskedSums(index, operation, uses, definitions) { return true }
    }
    return false
  }

  /// Replaces operations `old` and `index` by `operation` at the later position.
  private mutating func replace(_ old: Int, _ index: Int, by operation: LoweredOperation) {
    operations[index] = operation
    operations.remove(at: old)
  }

  /// A per-channel map, then a sum with something else → one kernel with a residual.
  private mutating func fuseResidual(
    _ index: Int, _ operation: LoweredOperation, _ uses: [Int], _ definitions: [Int?]
  ) -> Bool {
    guard case .entrywise(.add) = operation.kernel, values[operation.results[0]].layout == .blocked,
      operation.operands[0] != operation.operands[1]
    else { return false }
    for (own, other) in [(0, 1), (1, 0)] {
      let value = operation.operands[own]
      guard uses[value] == 1, let source = definitions[value] else { continue }
      guard case .normalise(hasResidual: false, relu: false) = operations[source].kernel else { continue }
      replace(
        source, index,
        by: LoweredOperation(
          kernel: .normalise(hasResidual: true, relu: false),
          operands: operations[source].operands + [operation.operands[other]],
          results: operation.results))
      return true
    }
    return false
  }

  /// A kernel that can end in a ReLU, then a ReLU.
  private mutating func fuseRelu(
    _ index: Int, _ operation: LoweredOperation, _ uses: [Int], _ definitions: [Int?]
  ) -> Bool {
    guard case .entrywise(.relu) = operation.kernel, uses[operation.operands[0]] == 1,
      let source = definitions[operation.operands[0]]
    else { return false }
    let kernel: Kernel
    switch operations[source].kernel {
    case .normalise(let hasResidual, relu: false):
      kernel = .normalise(hasResidual: hasResidual, relu: true)
    case .addRow(relu: false):
      kernel = .addRow(relu: true)
    default:
      return false
    }
    replace(
      source, index,
      by: LoweredOperation(kernel: kernel, operands: operations[source].operands, results: operation.results))
    return true
  }

  /// Sum of two adjoints, ReLU's mask and the sums of a normalisation's gradient → one pass.
  private mutating func fuseMaskedSums(
    _ index: Int, _ operation: LoweredOperation, _ uses: [Int], _ definitions: [Int?]
  ) -> Bool {
    switch operation.kernel {
    case .entrywise(.reluGradient) where values[operation.results[0]].layout == .blocked:
      guard let source = definitions[operation.operands[0]], uses[operation.operands[0]] == 1,
        case .entrywise(.add) = operations[source].kernel
      else { return false }
      replace(
        source, index,
        by: LoweredOperation(
          kernel: .maskedSums(hasSecond: true, hasMask: true, hasSums: false),
          operands: operations[source].operands + [operation.operands[1]], results: operation.results))
      return true
    case .normalisationSums:
      guard let source = definitions[operation.operands[0]] else { return false }
      let kernel: Kernel
      switch operations[source].kernel {
      case .maskedSums(let hasSecond, let hasMask, hasSums: false):
        kernel = .maskedSums(hasSecond: hasSecond, hasMask: hasMask, hasSums: true)
      case .entrywise(.reluGradient):
        kernel = .maskedSums(hasSecond: false, hasMask: true, hasSums: true)
      case .entrywise(.add):
        kernel = .maskedSums(hasSecond: true, hasMask: false, hasSums: true)
      default:
        return false
      }
      replace(
        source, index,
        by: LoweredOperation(
          kernel: kernel, operands: operations[source].operands + operation.operands.dropFirst(),
          results: operations[source].results + operation.results))
      return true
    default:
      return false
    }
  }

  /// Operations in an order in which each follows those it needs, as near to the present one as possible; operations
  /// that no output needs are dropped.
  func sorted() -> LoweredGraph {
    var graph = self
    let definitions = definitions()
    var isNeeded = [Bool](repeating: false, count: operations.count)
    var pending = outputs.compactMap { definitions[$0.value] }
    while let index = pending.popLast() {
      guard !isNeeded[index] else { continue }
      isNeeded[index] = true
      pending += operations[index].operands.compactMap { definitions[$0] }
    }
    var isDefined = [Bool](repeating: false, count: values.count)
    var remaining = operations.indices.filter { isNeeded[$0] }
    graph.operations = []
    while !remaining.isEmpty {
      var later: [Int] = []
      for index in remaining {
        if operations[index].operands.allSatisfy({ isDefined[$0] }) {
          graph.operations.append(operations[index])
          for value in operations[index].results { isDefined[value] = true }
        } else {
          later.append(index)
        }
      }
      precondition(later.count < remaining.count, "operations depend on each other in a circle")
      remaining = later
    }
    return graph
  }
}
