import CKernels

/// Joins neighbouring kernels into one where a kernel exists that does both in one pass over memory.
///
/// Convolutions stay as they are: oneDNN would apply a bias, a residual and ReLU while the result is in registers, but its
/// ReLU turns NaN into zero, which would hide a diverged state. A pass over data still in cache costs little.
extension LoweredGraph {
  /// Most images in one linear combination.
  static let mostTerms = Int(TW_MOST_TERMS)

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
      if fuseSum(index, operation, uses, definitions) { return true }
      if fusePlainTerms(index, operation, uses, definitions) { return true }
      if fuseEnding(index, operation, uses, definitions) { return true }
      if fuseMaskedSums(index, operation, uses, definitions) { return true }
    }
    return false
  }

  /// Replaces operations `old` and `index` by `operation` at the later position.
  private mutating func replace(_ old: Int, _ index: Int, by operation: LoweredOperation) {
    operations[index] = operation
    operations.remove(at: old)
  }

  /// A linear combination, then a sum with something else → one linear combination.
  private mutating func fuseSum(
    _ index: Int, _ operation: LoweredOperation, _ uses: [Int], _ definitions: [Int?]
  ) -> Bool {
    guard case .entrywise(.add) = operation.kernel, values[operation.results[0]].layout == .blocked,
      operation.operands[0] != operation.operands[1]
    else { return false }
    for (own, other) in [(0, 1), (1, 0)] {
      let value = operation.operands[own]
      guard uses[value] == 1, let source = definitions[value],
        case .linear(let scaled, let plain, .none) = operations[source].kernel,
        scaled + plain < LoweredGraph.mostTerms
      else { continue }
      replace(
        source, index,
        by: LoweredOperation(
          kernel: .linear(scaled: scaled, plain: plain + 1, .none),
          operands: operations[source].operands + [operation.operands[other]],
          results: operation.results))
      return true
    }
    return false
  }

  /// A sum that is a term of a linear combination without a factor → its addends as terms.
  private mutating func fusePlainTerms(
    _ index: Int, _ operation: LoweredOperation, _ uses: [Int], _ definitions: [Int?]
  ) -> Bool {
    guard case .linear(let scaled, let plain, let ending) = operation.kernel,
      scaled + plain < LoweredGraph.mostTerms
    else { return false }
    for position in 2 * scaled + 1..<2 * scaled + 1 + plain {
      let value = operation.operands[position]
      guard uses[value] == 1, let source = definitions[value], case .entrywise(.add) = operations[source].kernel
      else { continue }
      var operands = operation.operands
      operands.replaceSubrange(position...position, with: operations[source].operands)
      replace(
        source, index,
        by: LoweredOperation(
          kernel: .linear(scaled: scaled, plain: plain + 1, ending), operands: operands,
          results: operation.results))
      return true
    }
    return false
  }

  /// A kernel that can end in a ReLU, or in another's mask, then one.
  private mutating func fuseEnding(
    _ index: Int, _ operation: LoweredOperation, _ uses: [Int], _ definitions: [Int?]
  ) -> Bool {
    let ending: Ending
    switch operation.kernel {
    case .entrywise(.relu): ending = .relu
    case .entrywise(.reluGradient): ending = .mask
    default: return false
    }
    guard uses[operation.operands[0]] == 1, let source = definitions[operation.operands[0]] else { return false }
    let kernel: Kernel
    switch operations[source].kernel {
    case .linear(let scaled, let plain, .none):
      kernel = .linear(scaled: scaled, plain: plain, ending)
    case .addRow(relu: false) where ending == .relu:
      kernel = .addRow(relu: true)
    default:
      return false
    }
    replace(
      source, index,
      by: LoweredOperation(
        kernel: kernel, operands: operations[source].operands + operation.operands.dropFirst(),
        results: operation.results))
    return true
  }

  /// Sums of adjoints, ReLU's mask and the sums of a normalisation's gradient → one pass.
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
          kernel: .maskedSums(addends: 2, hasMask: true, .none),
          operands: operations[source].operands + [operation.operands[1]], results: operation.results))
      return true
    case .maskedSums(2, let hasMask, let sums):
      for position in 0..<2 {
        let value = operation.operands[position]
        guard uses[value] == 1, let source = definitions[value], case .entrywise(.add) = operations[source].kernel
        else { continue }
        var operands = operation.operands
        operands.replaceSubrange(position...position, with: operations[source].operands)
        replace(
          source, index,
          by: LoweredOperation(
            kernel: .maskedSums(addends: 3, hasMask: hasMask, sums), operands: operands,
            results: operation.results))
        return true
      }
      return false
    case .normalisationSums(let hasProduct):
      guard let source = definitions[operation.operands[0]] else { return false }
      let sums: Sums = hasProduct ? .withProduct : .normalisation
      let kernel: Kernel
      switch operations[source].kernel {
      case .maskedSums(let addends, let hasMask, .none):
        kernel = .maskedSums(addends: addends, hasMask: hasMask, sums)
      case .entrywise(.reluGradient):
        kernel = .maskedSums(addends: 1, hasMask: true, sums)
      case .entrywise(.add):
        kernel = .maskedSums(addends: 2, hasMask: false, sums)
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
