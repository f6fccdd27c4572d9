public import ThalwegSurfaces

/// What an optimiser remembers between steps: named vectors and counters, and work vectors that nobody needs
/// to save.
///
/// ``vectors`` and ``counters`` are the whole memory: an optimiser that is given them back continues with the
/// same bits. Work vectors don't take part in comparisons.
///
/// A method takes a vector out, works on it, and gives it back, so that several can be changed in place in
/// one loop:
///
/// ```swift
/// var velocity = try memory.take("momentum", like: state.parameters).vector
/// defer { memory.giveBack(velocity, as: "momentum") }
/// ```
public struct OptimiserMemory: Sendable {
  private struct Slot: Sendable {
    let name: String
    var vector: ModelVector
  }

  // Lists of a handful of names: a search in order is as fast as hashing and gives vectors out without
  // copying.
  private var kept: [Slot] = []
  private var work: [Slot] = []
  /// Whole numbers that are part of the memory, such as the number of steps since the memory was empty.
  public var counters: [String: Int]

  /// A memory with saved contents; without arguments, an empty one.
  public init(vectors: [String: ModelVector] = [:], counters: [String: Int] = [:]) {
    kept = vectors.sorted { $0.key < $1.key }.map { Slot(name: $0.key, vector: $0.value) }
    self.counters = counters
  }

  /// The vectors to be saved.
  public var vectors: [String: ModelVector] {
    Dictionary(uniqueKeysWithValues: kept.map { ($0.name, $0.vector) })
  }

  /// Takes the vector called `name` out of the memory.
  ///
  /// - Returns: The vector, zeros of `template`'s length and precision when there was none, and whether it is
  ///   new.
  /// - Throws: ``OptimiserMemoryError`` when a vector of another length or precision is stored under the
  ///   name.
  public mutating func take(
    _ name: String, like template: ModelVector
  ) throws(OptimiserMemoryError) -> (vector: ModelVector, isNew: Bool) {
    try Self.take(name, count: template.count, precision: template.precision, from: &kept)
  }

  /// Takes the vector called `name` of any length and precision out of the memory; zeros when there was none.
  ///
  /// - Throws: ``OptimiserMemoryError`` when a vector of another length or precision is stored under the
  ///   name.
  mutating func take(
    _ name: String, count: Int, precision: Precision
  ) throws(OptimiserMemoryError) -> ModelVector {
    try Self.take(name, count: count, precision: precision, from: &kept).vector
  }

  /// Gives a vector back that ``take(_:like:)`` lent.
  public mutating func giveBack(_ vector: consuming ModelVector, as name: String) {
    Self.giveBack(vector, as: name, to: &kept)
  }

  /// Takes the work vector called `name`; its contents are arbitrary.
  ///
  /// - Throws: ``OptimiserMemoryError`` when a vector of another length or precision was given back under the
  ///   name.
  public mutating func takeWork(
    _ name: String, like template: ModelVector
  ) throws(OptimiserMemoryError) -> ModelVector {
    try Self.take(name, count: template.count, precision: template.precision, from: &work).vector
  }

  /// Gives a work vector back.
  public mutating func giveBackWork(_ vector: consuming ModelVector, as name: String) {
    Self.giveBack(vector, as: name, to: &work)
  }

  /// The memory without its work vectors, as a snapshot keeps it.
  var withoutWork: OptimiserMemory {
    var copy = self
    copy.work = []
    return copy
  }

  private static func take(
    _ name: String, count: Int, precision: Precision, from slots: inout [Slot]
  ) throws(OptimiserMemoryError) -> (vector: ModelVector, isNew: Bool) {
    guard let index = slots.firstIndex(where: { $0.name == name }) else {
      return (ModelVector(zeros: count, precision: precision), true)
    }
    guard slots[index].vector.count == count, slots[index].vector.precision == precision else {
      throw OptimiserMemoryError(
        name: name, expectedCount: count, expectedPrecision: precision,
        foundCount: slots[index].vector.count, foundPrecision: slots[index].vector.precision)
    }
    var lent = ModelVector([Float]())
    // The slot must not share the vector, or the first write would copy it.
    swap(&lent, &slots[index].vector)
    return (lent, false)
  }

  private static func giveBack(_ vector: consuming ModelVector, as name: String, to slots: inout [Slot]) {
    if let index = slots.firstIndex(where: { $0.name == name }) {
      slots[index].vector = vector
    } else {
      slots.append(Slot(name: name, vector: vector))
    }
  }
}

extension OptimiserMemory: Equatable {
  /// Whether both remember the same; work vectors don't count.
  public static func == (left: OptimiserMemory, right: OptimiserMemory) -> Bool {
    left.vectors == right.vectors && left.counters == right.counters
  }
}

/// A remembered vector that belongs to another state.
public struct OptimiserMemoryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The vector's name.
  public let name: String
  /// Length of the state's vector.
  public let expectedCount: Int
  /// Precision of the state's vector.
  public let expectedPrecision: Precision
  /// Length of the remembered vector.
  public let foundCount: Int
  /// Precision of the remembered vector.
  public let foundPrecision: Precision

  /// What was found and what was expected, in one line.
  public var description: String {
    "optimiser memory “\(name)” has \(foundCount) numbers of \(foundPrecision.rawValue) precision; "
      + "the state needs \(expectedCount) of \(expectedPrecision.rawValue) precision"
  }
}
