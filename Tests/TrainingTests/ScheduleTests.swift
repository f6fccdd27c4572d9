import Foundation
import Testing
import ThalwegCalls
import ThalwegTraining

@Suite("Schedules")
struct ScheduleTests {
  static let tenEpochs = Horizon(epochCount: 10, iterationsPerEpoch: 5)

  /// The reference values have ten digits.
  static func agrees(_ x: Double, _ y: Double) -> Bool { abs(x - y) <= 5e-10 * abs(y) + 1e-17 }

  @Test(
    "The cosine schedule gives the known rates",
    arguments: [(5, 0.09755282581), (0, 0.1), (25, 0.05), (45, 0.002447174185)])
  func cosine(iteration: Int, rate: Double) {
    #expect(Self.agrees(CosineSchedule(0.1).rate(at: iteration, in: Self.tenEpochs), rate))
  }

  @Test(
    "The cosine schedule gives the known rates at quarters",
    arguments: [(1, 0.08535533906), (3, 0.01464466094)])
  func cosineQuarters(quarter: Int, rate: Double) {
    let horizon = Horizon(iterationCount: 400, iterationsPerEpoch: 1)
    #expect(Self.agrees(CosineSchedule(0.1).rate(at: 100 * quarter, in: horizon), rate))
  }

  @Test("With the inclusive convention the last iteration uses the minimum exactly")
  func inclusiveEnd() {
    let schedule = CosineSchedule(0.1, minimum: 0.001, time: .inclusive)
    #expect(schedule.rate(at: 49, in: Self.tenEpochs) == 0.001)
    #expect(schedule.rate(at: 0, in: Self.tenEpochs) == 0.1)
    #expect(schedule.rate(at: 0, in: Horizon(iterationCount: 1, iterationsPerEpoch: 1)) == 0.1)
  }

  @Test(
    "With the discrete convention the rate of an epoch is the continuous one at its start"
  )
  func discrete() {
    let discrete = CosineSchedule(0.1, time: .discrete)
    let continuous = CosineSchedule(0.1)
    for iteration in 0..<50 {
      let start = iteration / 5 * 5
      #expect(
        discrete.rate(at: iteration, in: Self.tenEpochs) == continuous.rate(at: start, in: Self.tenEpochs))
    }
  }

  @Test("A milestone takes effect at the first iteration of its epoch")
  func multiStep() {
    let schedule = MultiStepSchedule(0.1, milestones: [6, 9], factor: 0.5)
    let rates = [29, 30, 44, 45, 49].map { schedule.rate(at: $0, in: Self.tenEpochs) }
    #expect(rates == [0.1, 0.05, 0.05, 0.025, 0.025])
    #expect(schedule.rate(at: 0, in: Self.tenEpochs) == 0.1)
  }

  @Test("A warm-up is a straight line to the inner schedule and leaves the rest of it alone")
  func warmUp() {
    let schedule = WarmUpSchedule(ConstantSchedule(2), length: .iterations(4), from: 0.5)
    let rates = (0..<6).map { schedule.rate(at: $0, in: Self.tenEpochs) }
    #expect(rates == [1, 1.25, 1.5, 1.75, 2, 2])
    let cosine = WarmUpSchedule(CosineSchedule(0.1), length: .epochs(2))
    for iteration in 10..<50 {
      #expect(
        cosine.rate(at: iteration, in: Self.tenEpochs)
          == CosineSchedule(0.1).rate(at: iteration, in: Self.tenEpochs))
    }
    #expect(cosine.rate(at: 9, in: Self.tenEpochs) < CosineSchedule(0.1).rate(at: 9, in: Self.tenEpochs))
    #expect(WarmUpSchedule(ConstantSchedule(1), length: .epochs(0)).rate(at: 0, in: Self.tenEpochs) == 1)
  }

  @Test(
    "A text is read, and what it is written as is read to the same text",
    arguments: [
      ("constant(0.05)", "constant(0.05)"),
      (" cosine( 0.1 )", "cosine(0.1, minimum: 0.0, time: continuous)"),
      ("cosine(0.1, 0.001, time: discrete)", "cosine(0.1, minimum: 0.001, time: discrete)"),
      ("cosine(minimum: 1e-3, rate: 0.1)", "cosine(0.1, minimum: 0.001, time: continuous)"),
      ("multistep(0.1, milestones: 6 9)", "multistep(0.1, milestones: 6 9, factor: 0.1)"),
      ("multistep(0.1, milestones:)", "multistep(0.1, milestones: , factor: 0.1)"),
      ("warmup(constant(0.3), epochs: 5)", "warmup(constant(0.3), epochs: 5, from: 0.1)"),
      (
        "warmup(multistep(0.1, milestones: 6 9, factor: 0.2), iterations: 400, from: 0)",
        "warmup(multistep(0.1, milestones: 6 9, factor: 0.2), iterations: 400, from: 0.0)"
      ),
    ])
  func roundTrip(text: String, canonical: String) throws {
    let schedule = try ScheduleRegistry.standard.parse(text)
    #expect(schedule.description == canonical)
    #expect(try ScheduleRegistry.standard.parse(canonical).description == canonical)
    let coded = try JSONEncoder().encode([CodableSchedule(schedule)])
    #expect(
      try JSONDecoder().decode([CodableSchedule].self, from: coded)[0].schedule.description == canonical)
  }

  @Test(
    "A text that is no schedule is refused with one line that names the fault",
    arguments: [
      (
        "cosin(0.1)",
        "no schedule is called “cosin”; known are constant, cosine, exponential, gaussian, htd, laplacian, "
          + "multistep, product, rational, restarts, sequence, warmup"
      ),
      ("0.1", "schedule “0.1”: expected a name and arguments in brackets, as in constant(0.1)"),
      ("", "schedule “”: expected a name and arguments in brackets, as in constant(0.1)"),
      ("cosine(0.1", "schedule “cosine(0.1”: the closing bracket is missing"),
      ("cosine(0.1))", "schedule “cosine(0.1))”: there is a closing bracket too many, or more than one call"),
      (
        "warmup(cosine(0.1, epochs: 5)",
        "schedule “warmup(cosine(0.1, epochs: 5)”: a closing bracket is missing"
      ),
      ("cosine(,)", "schedule “cosine(,)”: there is nothing between two commas"),
      ("cosine()", "schedule cosine needs “rate”"),
      ("cosine(-1)", "schedule cosine: “rate” is “-1”, expected a number ≥ 0"),
      ("constant(nan)", "schedule constant: “rate” is “nan”, expected a number ≥ 0"),
      ("constant(inf)", "schedule constant: “rate” is “inf”, expected a number ≥ 0"),
      ("constant(0.1, 0.2)", "schedule constant has no use for “0.2”"),
      ("constant(0.1, final: 0.2)", "schedule constant has no use for “final: 0.2”"),
      ("multistep(0.1)", "schedule multistep needs “milestones”"),
      (
        "multistep(0.1, milestones: 6 x)",
        "schedule multistep: “milestones” is “6 x”, expected whole numbers ≥ 0 separated by spaces"
      ),
      (
        "multistep(0.1, milestones: 6, factor: 0)",
        "schedule multistep: “factor” is “0”, expected a number > 0"
      ),
      (
        "cosine(0.1, time: later)",
        "schedule cosine: “time” is “later”, expected one of continuous, inclusive, discrete"
      ),
      ("warmup(cosine(0.1))", "schedule warmup needs “epochs: or iterations:”"),
      (
        "warmup(sine(1), epochs: 2)",
        "no schedule is called “sine”; known are constant, cosine, exponential, gaussian, htd, laplacian, "
          + "multistep, product, rational, restarts, sequence, warmup"
      ),
    ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: CallError.self) { try ScheduleRegistry.standard.parse(text) }
    #expect(error?.description == message)
  }

  struct InverseTime: Schedule {
    static let keyword = "inversetime"
    let rate: Double
    let slope: Double

    init(_ arguments: inout CallArguments) throws(CallError) {
      rate = try arguments.number("rate", in: 0..., expected: "a number ≥ 0")
      slope = try arguments.number("slope", default: 0.01, in: 0..., expected: "a number ≥ 0")
    }

    func rate(at iteration: Int, in horizon: Horizon) -> Double { rate / (1 + slope * Double(iteration)) }

    var description: String { "inversetime(\(rate), slope: \(slope))" }
  }

  @Test("A schedule from elsewhere joins the registry, inside other schedules too")
  func newSchedule() throws {
    let registry = ScheduleRegistry.standard.adding(InverseTime.self)
    let schedule = try registry.parse("warmup(inversetime(0.1), iterations: 10)")
    let horizon = Horizon(iterationCount: 2000, iterationsPerEpoch: 10)
    #expect(Self.agrees(schedule.rate(at: 100, in: horizon), 0.05))
    #expect(Self.agrees(schedule.rate(at: 1000, in: horizon), 0.009090909091))
    #expect(registry.keywords.contains("inversetime"))
  }
}
