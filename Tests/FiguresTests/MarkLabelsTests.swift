import Testing
import ThalwegFigures

@Suite("Labels of marks")
struct MarkLabelsTests {
  private func labels(_ targets: [Double], width: Double = 45, right: Double = 400) -> MarkLabels {
    MarkLabels(
      targets.map { MarkLabels.Item(text: "λ", width: width, target: $0, priority: $0) }, left: 0,
      right: right)
  }

  @Test("without marks no lane is needed")
  func none() {
    #expect(labels([]).height == 0)
    #expect(labels([]).placed.isEmpty)
  }

  @Test("labels far apart lie flat above their marks")
  func flat() {
    let lane = labels([50, 150, 300])
    #expect(lane.angle == 0)
    #expect(lane.placed.map(\.x) == [50, 150, 300])
  }

  @Test("a flat label at an end stays within the page")
  func ends() {
    let lane = labels([2, 399])
    #expect(lane.angle == 0)
    #expect(lane.placed.map(\.x) == [22.5, 377.5])
  }

  @Test("two marks at one place share the shift of their labels")
  func tie() {
    let places = labels([200, 200]).placed.map(\.x)
    // Half a label and half the gap of 9 points to each side.
    #expect(places == [173, 227])
  }

  /// `count` marks from `first` on, at distance `step`.
  private static func series(_ first: Double, _ step: Double, _ count: Int) -> [Double] {
    (0..<count).map { first + step * Double($0) }
  }

  @Test(
    "labels never overlap, keep the order of their marks and stay within the ends",
    arguments: [
      series(10, 2, 3), series(390, 2, 5), series(20, 40, 10), series(380, 0.5, 30), series(0, 2, 200),
      series(0, 3, 12),
    ])
  func separation(targets: [Double]) {
    let lane = labels(targets)
    let places = lane.placed.map(\.x)
    // The extent along the lane: flat text is as wide as itself, text of 8 points at 45° takes 8·√2.
    let extents: [Double: Double] = [0: 45, -45: 8 * 2.0.squareRoot(), -90: 8]
    let extent = extents[lane.angle] ?? .infinity
    let slack = 1e-9
    for (place, next) in zip(places, places.dropFirst()) { #expect(next - place >= extent - slack) }
    #expect(zip(lane.placed, lane.placed.dropFirst()).allSatisfy { $0.item.target <= $1.item.target })
    let reaches: [Double: Double] = [0: 22.5, -45: 45 * 0.5.squareRoot(), -90: 4]
    let reach = reaches[lane.angle] ?? .infinity
    #expect((places.last ?? 0) + reach <= 400 + slack)
    #expect((places.first ?? 0) >= (lane.angle == 0 ? 22.5 : 0))
    #expect(!places.isEmpty)
  }

  @Test("where not all labels fit, those of the greatest priority stay")
  func priority() {
    let lane = labels((0..<200).map(Double.init))
    #expect(lane.angle == -90 && lane.placed.count == 42)  // 400 points divided into lines of 9.5.
    #expect(lane.placed.map(\.item.target) == (158..<200).map(Double.init))
  }

  @Test("a lane narrower than one line of text has no labels")
  func narrow() {
    #expect(labels([1, 2], right: 5).placed.isEmpty)
    #expect(labels([1, 2], right: 5).height == 0)
  }
}
