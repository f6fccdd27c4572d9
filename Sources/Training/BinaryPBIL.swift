public import ThalwegCalls
import ThalwegRandomness
public import ThalwegSurfaces

/// Population-based incremental learning with binary strings: each parameter is coded by some bits, and the
/// model is the probability of a 1 in each place.
///
/// A generation draws ``populationSize`` strings from the probabilities `p`, and moves `p` towards the best
/// of them, `b`: `p ← (1 − a) p + a b`. Optionally it moves where the best and the worst differ once more
/// towards the best, and shifts some probabilities at random so that none stays at 0 or 1. The walk begins
/// with `p = ½`: of the first point only the buffers and its loss count.
///
/// Source: Baluja (1994), Population-based incremental learning, Carnegie Mellon CMU-CS-94-163.
///
/// - Complexity: `populationSize` evaluations a generation.
public struct BinaryPBIL: Minimiser, Equatable {
  /// The values that a parameter can have; all zeros code its lower end and all ones its upper.
  public let range: ClosedRange<Double>
  /// Number of bits of a parameter.
  public let bitCount: Int
  /// Number of points of a generation.
  public let populationSize: Int
  /// The share a of the best string.
  public let learningRate: Double
  /// The share of the best string where it differs from the worst, on top of ``learningRate``.
  public let negativeLearningRate: Double
  /// The probability that a place is shifted in a generation.
  public let mutationProbability: Double
  /// The share by which it is shifted towards a random bit.
  public let mutationShift: Double
  /// Seed of all draws.
  public let seed: UInt64

  /// A method with the given settings.
  ///
  /// - Parameters:
  ///   - range: The values of every parameter, of positive length.
  ///   - bitCount: `1...52`.
  ///   - populationSize: At least 2.
  ///   - learningRate: Above 0 and at most 1.
  ///   - negativeLearningRate: In `0...1`.
  ///   - mutationProbability: In `0...1`.
  ///   - mutationShift: In `0...1`.
  ///   - seed: Seed of all draws.
  public init(
    range: ClosedRange<Double>, bitCount: Int = 16, populationSize: Int = 100, learningRate: Double = 0.1,
    negativeLearningRate: Double = 0, mutationProbability: Double = 0, mutationShift: Double = 0.05,
    seed: UInt64
  ) {
    precondition(range.lowerBound < range.upperBound, "the range \(range) holds one number")
    precondition((1...52).contains(bitCount), "\(bitCount) bits are not 1 to 52")
    precondition(populationSize >= 2, "a population of \(populationSize) has no best and worst")
    precondition(learningRate > 0 && learningRate <= 1, "rate \(learningRate) is not above 0 and at most 1")
    for share in [negativeLearningRate, mutationProbability, mutationShift] {
      precondition((0...1).contains(share), "\(share) is not in 0...1")
    }
    self.range = range
    self.bitCount = bitCount
    self.populationSize = populationSize
    self.learningRate = learningRate
    self.negativeLearningRate = negativeLearningRate
    self.mutationProbability = mutationProbability
    self.mutationShift = mutationShift
    self.seed = seed
  }

  /// Searches below the loss of `start`.
  public func minimise(
    _ surface: any LossSurface, from start: ModelState, limits: MinimisationLimits,
    report: (MinimisationPoint) throws -> Void
  ) throws -> MinimisationResult {
    try search(surface, from: start, limits: limits, report: report).result
  }

  /// Searches, and returns the model as well.
  ///
  /// - Returns: The result, and the probability of a 1 in each place: ``bitCount`` places a parameter, the
  ///   most significant first.
  public func search(
    _ surface: any LossSurface, from start: ModelState, limits: MinimisationLimits = MinimisationLimits(),
    report: (MinimisationPoint) throws -> Void = { _ in }
  ) throws -> (result: MinimisationResult, probabilities: [Double]) {
    var walk = try PopulationWalk(on: surface, from: start, limits: limits)
    try report(walk.lowest)
    var probabilities = [Double](repeating: 0.5, count: start.parameters.count * bitCount)
    while true {
      let isCollapsed = probabilities.allSatisfy { $0 <= 0 || $0 >= 1 }
      if let reason = walk.reasonToStop(isCollapsed: isCollapsed) {
        return (walk.result(reason), probabilities)
      }
      let strings = (0..<populationSize).map { index in
        var random = RandomStream(seed: seed, UInt64(walk.generation), UInt64(index))
        return probabilities.map { random.uniform() < $0 }
      }
      // Streams of strings end before this index.
      var random = RandomStream(seed: seed, UInt64(walk.generation), UInt64(populationSize))
      let ranked = try walk.rank(strings.map(decode), report: report)
      let (best, worst) = (strings[ranked[0].index], strings[ranked[populationSize - 1].index])
      for i in probabilities.indices {
        let bit: Double = best[i] ? 1 : 0
        probabilities[i] += learningRate * (bit - probabilities[i])
        if best[i] != worst[i] { probabilities[i] += negativeLearningRate * (bit - probabilities[i]) }
        let (isMutated, target) = (random.uniform() < mutationProbability, random.uniform() < 0.5 ? 0.0 : 1)
        if isMutated { probabilities[i] += mutationShift * (target - probabilities[i]) }
      }
    }
  }

  /// The parameters that `bits` code.
  private func decode(_ bits: [Bool]) -> [Double] {
    let largest = Double((1 << bitCount) - 1)
    return stride(from: 0, to: bits.count, by: bitCount).map { first in
      let code = bits[first..<first + bitCount].reduce(0) { 2 * $0 + ($1 ? 1 : 0) }
      let share = Double(code) / largest
      return (1 - share) * range.lowerBound + share * range.upperBound
    }
  }
}

extension BinaryPBIL: NamedMinimiser {
  /// `pbil`.
  public static var keyword: String { "pbil" }

  /// Reads `range`, the lowest and the highest value separated by a space, and `bits`, `population`, `rate`, `negative`,
  /// `mutation`, `shift` and `seed`.
  public init(_ arguments: inout CallArguments) throws(CallError) {
    guard let range = try arguments.window("range") else { throw arguments.missing("range") }
    guard range.lowerBound < range.upperBound else {
      throw arguments.badValue("range", "\(range.lowerBound) twice", expected: "two different numbers")
    }
    let bits = try arguments.count("bits", default: 16, atLeast: 1)
    guard bits <= 52 else { throw arguments.badValue("bits", "\(bits)", expected: "at most 52") }
    self.init(
      range: range, bitCount: bits, populationSize: try arguments.count("population", default: 100, atLeast: 2),
      learningRate: try arguments.learningRate(default: 0.1),
      negativeLearningRate: try arguments.probability("negative", default: 0),
      mutationProbability: try arguments.probability("mutation", default: 0),
      mutationShift: try arguments.probability("shift", default: 0.05), seed: try arguments.seed())
  }

  /// The call that gives it.
  public var description: String {
    "pbil(range: \(range.lowerBound) \(range.upperBound), bits: \(bitCount), population: \(populationSize), "
      + "rate: \(learningRate), negative: \(negativeLearningRate), mutation: \(mutationProbability), "
      + "shift: \(mutationShift), seed: \(seed))"
  }
}
