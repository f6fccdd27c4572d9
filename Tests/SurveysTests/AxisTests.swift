import Testing
import ThalwegSurveys

@Suite("Axes and orders")
struct AxisTests {
  @Test("Ends are met exactly", arguments: [(-1.0, 1.0, 51), (-0.5, 1.5, 401), (0.1, 0.7, 7), (-3, -1, 2)])
  func ends(lower: Double, upper: Double, count: Int) {
    let coordinates = Axis(lower: lower, upper: upper, count: count).coordinates
    #expect(coordinates.count == count)
    #expect(coordinates.first == lower && coordinates.last == upper)
    #expect(zip(coordinates, coordinates.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("A symmetric range is symmetric to the last bit, and an odd count contains 0", arguments: 2...60)
  func symmetric(count: Int) {
    let coordinates = Axis(lower: -0.7, upper: 0.7, count: count).coordinates
    #expect(coordinates == coordinates.reversed().map { -$0 })
    #expect(coordinates.contains(0) == (count % 2 == 1))
  }

  @Test(
    "The coarse order visits every point once, the middle first",
    arguments: [[1], [2], [7], [51], [5, 4], [9, 3, 2]])
  func coarseToFine(counts: [Int]) {
    let count = counts.reduce(1, *)
    let order = PointOrder.coarseToFine.sorted(0..<count, counts: counts)
    #expect(order.sorted() == Array(0..<count))
    var (middle, step) = (0, 1)
    for extent in counts {
      middle += extent / 2 * step
      step *= extent
    }
    #expect(order.first == middle)
  }

  @Test("The coarse order halves the distance from pass to pass")
  func passes() {
    let order = PointOrder.coarseToFine.sorted(0..<9, counts: [9])
    #expect(order == [4, 0, 8, 2, 6, 1, 3, 5, 7])
    #expect(PointOrder.coarseToFine.sorted([7, 6, 8], counts: [9]) == [8, 6, 7])
    #expect(PointOrder.sequential.sorted([7, 6, 8], counts: [9]) == [6, 7, 8])
  }
}
