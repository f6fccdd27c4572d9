import Foundation
import TestSupport
import Testing
import ThalwegCatalogue
import ThalwegSpectra

@Suite("Comparisons' files")
struct ComparisonSpecTests {
  /// The files in `Examples/comparisons`.
  static let shipped: [String] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Examples/comparisons").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
  }()

  @Test("there are shipped comparisons")
  func exist() { #expect(Self.shipped.count >= 7) }

  @Test(
    "every shipped comparison can be planned, says what was published, and trains its arms with several seeds",
    arguments: shipped)
  func plan(path: String) throws {
    let plan = try ComparisonPlan(path: path)
    #expect(plan.arms.count >= 2 && plan.seeds.count >= 3)
    #expect(plan.cells.count == plan.arms.count * plan.seeds.count)
    #expect(plan.cells.prefix(plan.arms.count).allSatisfy { $0.seed == plan.seeds[0] })
    #expect(plan.arms.contains(where: \.isBaseline) && plan.spec.paper?.finding.isEmpty == false)
    #expect(plan.quantities.count == 8)
    // Whatever a file leaves to defaults would depend on the machine.
    #expect(plan.cells.allSatisfy { $0.settings.threadCount == 2 })
  }

  @Test(
    "a file that makes no sense is one line with its name and the place, before any work",
    arguments: [
      ("titel", "\"x\"", "the file has no field “titel”, expected some of title, question"),
      ("baseline", "\"none\"", "baseline: found “none”, expected one of plain, momentum"),
      ("seeds", "[]", "seeds: found none, expected at least one"), ("seeds", "[1, 1]", "seeds: found 1, 1, expected"),
      ("seeds", "[-1]", "seeds.[0] is not a whole number of at least 0"),
      ("seeds", "[1, 1.5]", "seeds.[1] is not a whole number"),
      ("arms", #"[{"name": "plain", "epochs": 1.5}]"#, "arms.[0].epochs is not a whole number"),
      ("title", "3", "title is not a text"),
      ("arms", #"[{"name": "plain"}, {"name": "plain"}]"#, "arms: found “plain” twice"),
      ("arms", #"[{"name": "plain", "momentum": 0.9}]"#, "arms.[0] has no field “momentum”"),
      ("arms", #"[{"name": "a/b"}]"#, "arms: found the name “a/b”"),
      ("arms", #"[{"name": "plain", "deform": "LE(1)"}]"#, "arm plain: deformation LE needs “e2”"),
      ("arms", #"[{"name": "plain", "network": "resnet9"}]"#, "arm plain: "),
      ("arms", #"[{"name": "plain", "then": ["9 adam()"]}]"#, "arm plain: then: "),
      ("grid", #"[[{"name": "a", "batch": 2}], [{"name": "b", "batch": 3}]]"#, "grid: found batch twice in a-b"),
      ("settings", #"{"data": "xor", "epochs": 1}"#, "settings: found no network"),
      ("settings", #"{"network": "mlp", "data": "moons", "epochs": 1}"#, "settings.data: "),
      ("measures", #"{"examples": 1, "of": []}"#, "measures.examples: found 1"),
      ("measures", #"{"examples": 9, "of": ["rank()"]}"#, "measures.of: no measure is called “rank”"),
      ("measures", #"{"examples": 9, "of": ["trace()", "trace()"]}"#, "measures.of: found trace() twice"),
      ("checked", "nonsense", "the file is not valid JSON: invalid value around line"),
      ("arms", #"[{"name": "plain", "epochs": "two"}]"#, "arms.[0].epochs is not a whole number"),
    ])
  func refused(field: String, value: String, message: String) throws {
    var fixture = try ComparisonFixture()
    fixture.fields[field] = value
    try fixture.write()
    let result = try Program(fixture.arguments(), in: fixture.folder).finish()
    #expect(result.status == 1 && result.isOneLineError, "\(result.errors)")
    #expect(
      result.errors.hasPrefix("thalweg: error: spec.json: ") && result.errors.contains(message), "\(result.errors)")
    #expect(!fixture.has("job"))
  }

  @Test(
    "a call that makes no sense is one line and status 64",
    arguments: [
      ["--seeds", "1,1"], ["--seeds", "5-1"], ["--seeds", "x"], ["--only", "nobody"], ["--epochs", "0"],
      ["--threads", "0"], ["--data", "moons"], ["--formats", "gif"],
    ])
  func badCalls(options: [String]) throws {
    let fixture = try ComparisonFixture()
    try fixture.write()
    let result = try Program(["compare", "spec.json", "--out", "job"] + options, in: fixture.folder).finish()
    #expect(result.status == 64 && result.isOneLineError, "\(result.errors)")
    #expect(!fixture.has("job"))
  }

  @Test("a measure's text gives it again")
  func measures() throws {
    for text in [
      "eigenvalue()", "trace(products: 20)", "bnsharpness(radius: 0.01)", "perturbation(radius: 0.25, draws: 5)",
      "norm()",
    ] {
      #expect("\(try CellMeasure(text))" == text)
    }
  }

  @Test("a paired interval is Student's, of the seeds that both have")
  func pairs() throws {
    let difference = try #require(
      PairedDifference(of: [1: 0.5, 2: 0.75, 3: 1, 9: 4], from: [1: 0.25, 2: 0.25, 3: 0.25, 8: 7]))
    // 0.25, 0.5 and 0.75: mean 0.5, deviation 0.25, and q = 4.302653 standard errors 0.25/√3 to each side.
    #expect(difference.differences == [0.25, 0.5, 0.75])
    let interval = try #require(difference.mean.interval95)
    // With two degrees of freedom P(|t| < q) = q / √(2 + q²); the quantile is good to twelve digits.
    let half = (2 * 0.95 * 0.95 / (1 - 0.95 * 0.95)).squareRoot() * 0.25 / 3.0.squareRoot()
    expectClose(interval.lowerBound, 0.5 - half, relative: 0, absolute: 1e-12 * half)
    expectClose(interval.upperBound, 0.5 + half, relative: 0, absolute: 1e-12 * half)
    #expect(difference.verdict == .notConfirmed)
    #expect(PairedDifference(of: [1: 1], from: [2: 1]) == nil)
    #expect(PairedDifference(of: [1: 2], from: [1: 1])?.verdict == .onePair)
    #expect(PairedDifference(of: [1: 2, 2: 2.1], from: [1: 1, 2: 1.1])?.verdict == .higher)
    #expect(PairedDifference(of: [1: 1, 2: 1], from: [1: 2, 2: 2])?.verdict == .lower)
  }
}
