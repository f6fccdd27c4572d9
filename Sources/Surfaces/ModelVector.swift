/// How many bits each number of a vector has.
public enum Precision: String, Sendable, Codable {
  /// 32-bit numbers, as networks use.
  case single
  /// 64-bit numbers, for formulas and oracles.
  case double
}

/// A vector over the parameters, or the buffers, of a ``StateSpace``. Its precision is chosen at run time.
///
/// Sums are accumulated in `Double` in index order, so results don't depend on vector width or worker count.
public struct ModelVector: Sendable, Equatable {
  private enum Storage: Sendable, Equatable {
    case single([Float])
    case double([Double])
  }

  private var storage: Storage

  /// A vector of single precision.
  public init(_ values: [Float]) { storage = .single(values) }

  /// A vector of double precision.
  public init(_ values: [Double]) { storage = .double(values) }

  /// `count` zeros.
  public init(zeros count: Int, precision: Precision) {
    switch precision {
    case .single: storage = .single([Float](repeating: 0, count: count))
    case .double: storage = .double([Double](repeating: 0, count: count))
    }
  }

  /// Number of numbers.
  public var count: Int {
    switch storage {
    case .single(let values): values.count
    case .double(let values): values.count
    }
  }

  /// Precision of each number.
  public var precision: Precision {
    switch storage {
    case .single: .single
    case .double: .double
    }
  }

  /// The number at `index`, widened or rounded as needed.
  public subscript(index: Int) -> Double {
    get {
      switch storage {
      case .single(let values): Double(values[index])
      case .double(let values): values[index]
      }
    }
    set {
      switch storage {
      case .single(var values):
        storage = .single([])  // So that the array is changed in place.
        values[index] = Float(newValue)
        storage = .single(values)
      case .double(var values):
        storage = .double([])
        values[index] = newValue
        storage = .double(values)
      }
    }
  }

  /// All numbers in double precision.
  public var doubles: [Double] {
    switch storage {
    case .single(let values): values.map(Double.init)
    case .double(let values): values
    }
  }

  /// All numbers in single precision.
  public var floats: [Float] {
    switch storage {
    case .single(let values): values
    case .double(let values): values.map(Float.init)
    }
  }

  /// The numbers of a single-precision vector, for reading; a double-precision one is rounded into a copy first.
  public func withFloats<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    switch storage {
    case .single(let values): try values.withUnsafeBufferPointer(body)
    case .double(let values): try values.map(Float.init).withUnsafeBufferPointer(body)
    }
  }

  /// The numbers of a single-precision vector, for writing in place. Traps on double precision.
  public mutating func withMutableFloats<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    guard case .single(var values) = storage else {
      preconditionFailure("a single-precision vector was expected")
    }
    storage = .single([])
    defer { storage = .single(values) }
    return try values.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// The numbers of a double-precision vector, for writing in place. Traps on single precision.
  public mutating func withMutableDoubles<Result>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    guard case .double(var values) = storage else {
      preconditionFailure("a double-precision vector was expected")
    }
    storage = .single([])
    defer { storage = .double(values) }
    return try values.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// Copies the numbers of `other` into this vector's own memory, where assignment would share and later copy again.
  public mutating func copy(_ other: ModelVector) {
    guard count == other.count, precision == other.precision else {
      self = other
      return
    }
    switch other.storage {
    case .single(let theirs):
      withMutableFloats { mine in theirs.withUnsafeBufferPointer { _ = mine.update(fromContentsOf: $0) } }
    case .double(let theirs):
      withMutableDoubles { mine in theirs.withUnsafeBufferPointer { _ = mine.update(fromContentsOf: $0) } }
    }
  }

  /// Adds `factor · other`. Both vectors need the same length; the sum is rounded to this vector's precision.
  public mutating func add(_ factor: Double, _ other: ModelVector) {
    precondition(count == other.count, "vectors of \(count) and \(other.count) numbers don't add")
    switch (precision, other.storage) {
    case (.single, .single(let theirs)):
      withMutableFloats { mine in
        theirs.withUnsafeBufferPointer { theirs in
          for i in 0..<mine.count { mine[i] = Float(Double(mine[i]) + factor * Double(theirs[i])) }
        }
      }
    case (.double, .double(let theirs)):
      withMutableDoubles { mine in
        theirs.withUnsafeBufferPointer { theirs in for i in 0..<mine.count { mine[i] += factor * theirs[i] } }
      }
    default:
      for i in 0..<count { self[i] += factor * other[i] }
    }
  }

  /// Multiplies every number by `factor`.
  public mutating func scale(by factor: Double) { scale(0..<count, by: factor) }

  /// Multiplies the numbers of `range` by `factor`.
  public mutating func scale(_ range: Range<Int>, by factor: Double) {
    switch storage {
    case .single(var values):
      storage = .single([])
      for i in range { values[i] = Float(Double(values[i]) * factor) }
      storage = .single(values)
    case .double(var values):
      storage = .double([])
      for i in range { values[i] *= factor }
      storage = .double(values)
    }
  }

  /// `Σ xᵢ yᵢ` over `range`, all of the vector by default.
  public func dot(_ other: ModelVector, over range: Range<Int>? = nil) -> Double {
    precondition(count == other.count, "vectors of \(count) and \(other.count) numbers have no product")
    var total = 0.0
    switch (storage, other.storage) {
    case (.single(let mine), .single(let theirs)):
      for i in range ?? 0..<mine.count { total += Double(mine[i]) * Double(theirs[i]) }
    case (.double(let mine), .double(let theirs)):
      for i in range ?? 0..<mine.count { total += mine[i] * theirs[i] }
    default:
      for i in range ?? 0..<count { total += self[i] * other[i] }
    }
    return total
  }

  /// `√Σ xᵢ²` over `range`, all of the vector by default.
  public func norm(over range: Range<Int>? = nil) -> Double { dot(self, over: range).squareRoot() }
}

/// A point of a loss surface: parameters and buffers.
public struct ModelState: Sendable, Equatable {
  /// The layout of both vectors.
  public let space: StateSpace
  /// Trainable numbers.
  public var parameters: ModelVector
  /// Running statistics.
  public var buffers: ModelVector

  /// A point. The vectors must have the lengths that `space` states.
  public init(space: StateSpace, parameters: ModelVector, buffers: ModelVector) {
    precondition(
      parameters.count == space.parameterCount && buffers.count == space.bufferCount,
      "\(parameters.count) parameters and \(buffers.count) buffers don't fit the space")
    self.space = space
    self.parameters = parameters
    self.buffers = buffers
  }

  /// The origin.
  public init(zerosOf space: StateSpace, precision: Precision) {
    self.init(
      space: space, parameters: ModelVector(zeros: space.parameterCount, precision: precision),
      buffers: ModelVector(zeros: space.bufferCount, precision: precision))
  }

  /// The numbers of entry `index` in double precision.
  public func values(of index: Int) -> [Double] {
    let vector = space.entries[index].role.isTrainable ? parameters : buffers
    return space.range(of: index).map { vector[$0] }
  }
}

/// A displacement of a ``ModelState``. Without `buffers` the buffers stay where they are.
public struct Displacement: Sendable, Equatable {
  /// Change of the parameters.
  public var parameters: ModelVector
  /// Change of the buffers, for directions between two checkpoints.
  public var buffers: ModelVector?

  /// A displacement.
  public init(parameters: ModelVector, buffers: ModelVector? = nil) {
    self.parameters = parameters
    self.buffers = buffers
  }
}

extension ModelState {
  /// Moves the point by `factor` times `displacement`.
  public mutating func move(_ factor: Double, along displacement: Displacement) {
    parameters.add(factor, displacement.parameters)
    if let change = displacement.buffers { buffers.add(factor, change) }
  }
}
