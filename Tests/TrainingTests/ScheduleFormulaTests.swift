import Foundation
import Testing
import ThalwegCalls
import ThalwegTraining

@Suite("Schedules by formula")
struct ScheduleFormulaTests {
  static let hundredths = Horizon(iterationCount: 100, iterationsPerEpoch: 100)
  static let tenEpochs = Horizon(epochCount: 10, iterationsPerEpoch: 5)

  /// The reference values have ten digits.
  static func agrees(_ x: Double, _ y: Double) -> Bool { abs(x - y) <= 6e-10 * abs(y) }

  struct Tangent: Sendable {
    let hundredths: Int
    /// Rates of HTD(−6, 3), HTD(−4, 4) and HTD(−6, 4).
    let rates: [Double]
  }

  @Test(
    "Hyperbolic-tangent decay gives the known rates",
    arguments: [
      Tangent(hundredths: 0, rates: [0.09999938558, 0.09996646499, 0.09999938558]),
      Tangent(hundredths: 25, rates: [0.09994472214, 0.098201379, 0.09990889488]),
      Tangent(hundredths: 50, rates: [0.09525741268, 0.05, 0.0880797078]),
      Tangent(hundredths: 75, rates: [0.01824255238, 0.001798620996, 0.004742587318]),
      Tangent(hundredths: 90, rates: [0.001477403169, 0.000165880108, 0.0002472623157]),
      Tangent(hundredths: 100, rates: [0.0002472623157, 3.353501305e-5, 3.353501305e-5]),
    ])
  func hyperbolicTangent(_ row: Tangent) {
    for ((lower, upper), rate) in zip([(-6.0, 3.0), (-4, 4), (-6, 4)], row.rates) {
      let schedule = HyperbolicTangentSchedule(0.1, lower: lower, upper: upper)
      #expect(Self.agrees(schedule.rate(at: row.hundredths, in: Self.hundredths), rate))
    }
  }

  @Test("With a floor the decay is the mean of both rates less half their difference times tanh")
  func tangentFloor() {
    let schedule = HyperbolicTangentSchedule(0.1, lower: -4, upper: 4, minimum: 0.02)
    for i in 0...100 {
      let expected = 0.06 - 0.04 * tanh(-4 + 8 * Double(i) / 100)
      // Both forms round a few numbers below 0.1; the argument's rounding moves it by 8 ulps at most.
      #expect(abs(schedule.rate(at: i, in: Self.hundredths) - expected) <= 16 * 0.1 * .ulpOfOne)
    }
  }

  @Test(
    "The rational schedule gives the known rates",
    arguments: [(0, 0.1), (10, 0.09090909091), (100, 0.05), (1000, 0.009090909091)])
  func rational(iteration: Int, rate: Double) {
    let horizon = Horizon(iterationCount: 2000, iterationsPerEpoch: 10)
    #expect(Self.agrees(RationalSchedule(0.1, slope: 0.01).rate(at: iteration, in: horizon), rate))
  }

  @Test("The exponential schedule multiplies by the factor in every epoch, at once or iteration by iteration")
  func exponential() {
    let discrete = ExponentialSchedule(0.8, factor: 0.5, time: .discrete)
    let rates = [0, 4, 5, 14, 49].map { discrete.rate(at: $0, in: Self.tenEpochs) }
    // The exponent is epoch · (1 ± 2ε), so each rate has a relative error of a few roundings.
    for (found, expected) in zip(rates, [0.8, 0.8, 0.4, 0.2, 0.8 * 0x1p-9]) {
      #expect(abs(found - expected) <= 16 * .ulpOfOne * expected)
    }
    let continuous = ExponentialSchedule(0.8, factor: 0.5)
    for i in 0..<50 {
      let (now, next) = (
        continuous.rate(at: i, in: Self.tenEpochs), continuous.rate(at: i + 1, in: Self.tenEpochs)
      )
      #expect(abs(next / now - pow(0.5, 0.2)) <= 32 * .ulpOfOne)
    }
  }

  @Test("In a sequence every schedule sees its own part as a whole run")
  func sequence() {
    let schedule = SequenceSchedule(
      [ConstantSchedule(1), CosineSchedule(0.1), CosineSchedule(4)], epochCounts: [2, 3])
    let part = Horizon(epochCount: 3, iterationsPerEpoch: 5)
    let last = Horizon(epochCount: 5, iterationsPerEpoch: 5)
    for i in 0..<50 {
      let expected =
        switch i {
        case ..<10: 1.0
        case ..<25: CosineSchedule(0.1).rate(at: i - 10, in: part)
        default: CosineSchedule(4).rate(at: i - 25, in: last)
        }
      #expect(schedule.rate(at: i, in: Self.tenEpochs) == expected)
    }
  }

  @Test("The end of the run cuts a sequence without changing what comes before")
  func cutSequence() {
    let schedule = SequenceSchedule([CosineSchedule(1), ConstantSchedule(3)], epochCounts: [20])
    let part = Horizon(epochCount: 20, iterationsPerEpoch: 5)
    for i in 0..<50 {
      #expect(schedule.rate(at: i, in: Self.tenEpochs) == CosineSchedule(1).rate(at: i, in: part))
    }
  }

  @Test("A product multiplies the rates of one and the same run")
  func product() {
    let steps = MultiStepSchedule(0.1, milestones: [6, 9])
    let schedule = ProductSchedule([steps, ConstantSchedule(5)])
    for i in 0..<50 {
      #expect(schedule.rate(at: i, in: Self.tenEpochs) == steps.rate(at: i, in: Self.tenEpochs) * 5)
    }
  }

  @Test("A cosine restarts at the top after each cycle, and each cycle is longer by the factor")
  func restarts() {
    let schedule = RestartingSchedule(CosineSchedule(0.1, minimum: 0.01), epochCount: 1, factor: 2)
    // Cycles of 1, 2 and 4 epochs begin at iterations 0, 5 and 15; the fourth, of 8, at 35.
    for start in [0, 5, 15, 35] { #expect(schedule.rate(at: start, in: Self.tenEpochs) == 0.1) }
    for (start, epochs) in [(0, 1), (5, 2), (15, 4)] {
      let cycle = Horizon(epochCount: epochs, iterationsPerEpoch: 5)
      for i in 0..<epochs * 5 {
        #expect(
          schedule.rate(at: start + i, in: Self.tenEpochs)
            == CosineSchedule(0.1, minimum: 0.01).rate(at: i, in: cycle))
      }
    }
    let even = RestartingSchedule(CosineSchedule(0.1), epochCount: 3)
    for i in 15..<50 {
      #expect(even.rate(at: i, in: Self.tenEpochs) == even.rate(at: i - 15, in: Self.tenEpochs))
    }
  }

  @Test("Cycles that grow beyond all counting end in one long cycle")
  func hugeCycles() {
    let schedule = RestartingSchedule(CosineSchedule(1), epochCount: 1, factor: Int(Int32.max))
    let horizon = Horizon(iterationCount: Int(Int32.max), iterationsPerEpoch: 1 << 20)
    #expect(schedule.rate(at: 1 << 20, in: horizon) == 1)
    #expect(schedule.rate(at: Int(Int32.max) - 1, in: horizon).isFinite)
  }

  @Test(
    "A text is read, and what it is written as is read to the same text",
    arguments: [
      ("rational(0.1, 0.01)", "rational(0.1, slope: 0.01)"),
      ("exponential(0.1, factor: 0.97)", "exponential(0.1, factor: 0.97, time: continuous)"),
      ("htd(0.1)", "htd(0.1, lower: -6.0, upper: 3.0, minimum: 0.0, time: continuous)"),
      (
        "htd(0.1, -4, 4, minimum: 0.001, time: discrete)",
        "htd(0.1, lower: -4.0, upper: 4.0, minimum: 0.001, time: discrete)"
      ),
      (
        "gaussian(start: 0.01, max: 0.1, min: 1e-5)",
        "gaussian(start: 0.01, max: 0.1, min: 1e-05, time: continuous)"
      ),
      ("gaussian(max: 0.3, variance: 0.0128)", "gaussian(max: 0.3, variance: 0.0128, time: continuous)"),
      (
        "laplacian(max: 0.1, min: 1e-5, start: 1e-5, time: inclusive)",
        "laplacian(start: 1e-05, max: 0.1, min: 1e-05, time: inclusive)"
      ),
      ("laplacian(max: 0.3, scale: 0.05)", "laplacian(max: 0.3, scale: 0.05, time: continuous)"),
      (
        "sequence(constant(0.01), product(rational(0.1, slope: 1), constant(2)), epochs: 5)",
        "sequence(constant(0.01), product(rational(0.1, slope: 1.0), constant(2.0)), epochs: 5)"
      ),
      ("sequence(constant(1), epochs:)", "sequence(constant(1.0), epochs: )"),
      (
        "restarts(cosine(0.1), epochs: 10, factor: 2)",
        "restarts(cosine(0.1, minimum: 0.0, time: continuous), epochs: 10, factor: 2)"
      ),
    ])
  func roundTrip(text: String, canonical: String) throws {
    let schedule = try ScheduleRegistry.standard.parse(text)
    #expect(schedule.description == canonical)
    #expect(try ScheduleRegistry.standard.parse(canonical).description == canonical)
  }

  @Test(
    "Values that make no schedule are refused with one line that names them",
    arguments: [
      (
        "gaussian(start: 0.5, max: 0.1, min: 0.01)",
        "schedule gaussian: “start” is “0.5”, expected a number from 0.01 to 0.1"
      ),
      (
        "laplacian(start: 0.001, max: 0.1, min: 0.01)",
        "schedule laplacian: “start” is “0.001”, expected a number from 0.01 to 0.1"
      ),
      (
        "gaussian(max: 0.1, min: 0.2)",
        "schedule gaussian: “min” is “0.2”, expected a number > 0 below “max”, which is 0.1"
      ),
      (
        "gaussian(max: 0.1, min: 0.1)",
        "schedule gaussian: “min” is “0.1”, expected a number > 0 below “max”, which is 0.1"
      ),
      ("gaussian(max: 0.1)", "schedule gaussian needs “min: or variance:”"),
      (
        "laplacian(max: 0.1, min: 0.01, scale: 1)",
        "schedule laplacian: “scale” is “1.0”, expected min or scale, not both"
      ),
      ("gaussian(max: 0, min: 0)", "schedule gaussian: “min” is “0”, expected a number > 0"),
      (
        "gaussian(max: 0.1, variance: 0)", "schedule gaussian: “variance” is “0”, expected a number > 0"
      ),
      (
        "htd(0.1, lower: 3, upper: 3)",
        "schedule htd: “upper” is “3.0”, expected a number above “lower”, which is 3.0"
      ),
      ("rational(0.1)", "schedule rational needs “slope”"),
      ("exponential(0.1, factor: 0)", "schedule exponential: “factor” is “0”, expected a number > 0"),
      (
        "sequence(constant(1), constant(2), epochs: 1 2)",
        "schedule sequence: “epochs” is “1 2”, expected a number ≥ 1 for each schedule but the last"
      ),
      ("sequence(epochs: 1)", "schedule sequence needs “schedules”"),
      ("product()", "schedule product needs “schedules”"),
      ("restarts(cosine(0.1))", "schedule restarts needs “epochs”"),
      (
        "restarts(cosine(0.1), epochs: 0)", "schedule restarts: “epochs” is “0”, expected a whole number ≥ 1"
      ),
      (
        "restarts(cosine(0.1), epochs: 9999999999)",
        "schedule restarts: “epochs” is “9999999999”, expected numbers up to 2147483647"
      ),
    ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: CallError.self) { try ScheduleRegistry.standard.parse(text) }
    #expect(error?.description == message)
  }
}
