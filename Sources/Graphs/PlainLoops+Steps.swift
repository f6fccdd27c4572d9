/// A whole number for each axis of a tensor: distances between neighbours in memory, or positions. It lives on the
/// stack, as the loops may not allocate.
struct Steps {
  /// Most axes that a tensor may have.
  static let largestRank = 8

  private var numbers: [8 of Int] = .init(repeating: 0)
  private var rank = Steps.largestRank

  /// Zeros.
  init() {}

  /// The row-major strides of `shape`.
  init(_ shape: Shape) {
    self.init(rank: shape.rank)
    for axis in 0..<rank { numbers[axis] = shape.strides[axis] }
  }

  /// The strides of `shape` along the axes of a tensor of `rank` axes that has, besides, the axes `newAxes`: walking
  /// along those stands still in `shape`.
  init(_ shape: Shape, standingStillAlong newAxes: [Int], of rank: Int) {
    self.init(rank: rank)
    var next = 0
    for axis in 0..<rank where !newAxes.contains(axis) {
      numbers[axis] = shape.strides[next]
      next += 1
    }
  }

  /// The strides of `shape` along the axes `permutation`.
  init(_ shape: Shape, permutedBy permutation: [Int]) {
    self.init(rank: shape.rank)
    for axis in 0..<rank { numbers[axis] = shape.strides[permutation[axis]] }
  }

  private init(rank: Int) {
    precondition(rank <= Steps.largestRank, "a tensor of \(rank) axes; at most \(Steps.largestRank) are possible")
    self.rank = rank
  }

  subscript(axis: Int) -> Int {
    @inline(__always) get { numbers[axis] }
    @inline(__always) set { numbers[axis] = newValue }
  }

  /// Distance from the origin to `position`.
  func offset(of position: [Int]) -> Int {
    var sum = 0
    for axis in 0..<rank { sum += position[axis] * numbers[axis] }
    return sum
  }

  /// Each step multiplied by a factor that depends on the axis.
  func scaled(_ factor: (Int) -> Int) -> Steps {
    var result = self
    for axis in 0..<rank { result.numbers[axis] *= factor(axis) }
    return result
  }
}
