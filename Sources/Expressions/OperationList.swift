/// A list of operations under construction: constants are folded, and equal operations are written once.
struct OperationList {
  private(set) var operations: [Operation] = []
  private var places: [Operation: Int32] = [:]

  /// A number.
  mutating func constant(_ value: Double) -> Int32 { append(Operation(kind: .constant, constant: value)) }

  /// The variable of number `index`.
  mutating func variable(_ index: Int) -> Int32 { append(Operation(kind: .variable, first: Int32(index))) }

  /// An operation on the results at `first` and, for two operands, `second`.
  mutating func apply(_ kind: OperationKind, _ first: Int32, _ second: Int32 = 0) -> Int32 {
    let x = operations[Int(first)]
    let y = operations[Int(second)]
    if kind == .power, y.kind == .constant {
      return fold(Operation(kind: .constantPower, first: first, constant: y.constant), x, x)
    }
    return fold(Operation(kind: kind, first: first, second: second), x, kind.operandCount == 2 ? y : x)
  }

  /// The operations that the result at `root` depends on, in order; the last one is the result.
  func pruned(to root: Int32) -> [Operation] {
    var isNeeded = [Bool](repeating: false, count: operations.count)
    isNeeded[Int(root)] = true
    for place in operations.indices.reversed() where isNeeded[place] {
      let operation = operations[place]
      if operation.kind.operandCount >= 1 { isNeeded[Int(operation.first)] = true }
      if operation.kind.operandCount == 2 { isNeeded[Int(operation.second)] = true }
    }
    var newPlaces = [Int32](repeating: 0, count: operations.count)
    var kept: [Operation] = []
    for place in operations.indices where isNeeded[place] {
      var operation = operations[place]
      if operation.kind.operandCount >= 1 { operation.first = newPlaces[Int(operation.first)] }
      if operation.kind.operandCount == 2 { operation.second = newPlaces[Int(operation.second)] }
      newPlaces[place] = Int32(kept.count)
      kept.append(operation)
    }
    return kept
  }

  private mutating func fold(_ operation: Operation, _ x: Operation, _ y: Operation) -> Int32 {
    guard x.kind == .constant, y.kind == .constant else { return append(operation) }
    return constant(operation.apply(x.constant, y.constant))
  }

  private mutating func append(_ operation: Operation) -> Int32 {
    if let place = places[operation] { return place }
    let place = Int32(operations.count)
    operations.append(operation)
    places[operation] = place
    return place
  }
}
