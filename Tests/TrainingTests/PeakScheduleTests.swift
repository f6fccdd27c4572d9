import Foundation
import Testing
import ThalwegTraining

@Suite("Schedules with a peak")
struct PeakScheduleTests {
  /// Times in hundredths are iterations of this run.
  static let hundredths = Horizon(iterationCount: 100, iterationsPerEpoch: 100)

  /// The reference values have ten digits.
  static func agrees(_ x: Double, _ y: Double) -> Bool { abs(x - y) <= 6e-10 * abs(y) }

  struct Row: Sendable {
    let hundredths: Int
    let gaussian: Double
    let laplacian: Double
  }

  @Test(
    "Without a start the whole peak is run through, from the minimum to the minimum",
    arguments: [
      Row(hundredths: 0, gaussian: 3e-6, laplacian: 3e-6),
      Row(hundredths: 10, gaussian: 8.26268611e-5, laplacian: 1.892872033e-5),
      Row(hundredths: 25, gaussian: 0.003, laplacian: 0.0003),
      Row(hundredths: 40, gaussian: 0.02075492913, laplacian: 0.004754679577),
      Row(hundredths: 50, gaussian: 0.03, laplacian: 0.03),
      Row(hundredths: 75, gaussian: 0.003, laplacian: 0.0003),
      Row(hundredths: 100, gaussian: 3e-6, laplacian: 3e-6),
    ])
  func whole(_ row: Row) {
    let gaussian = GaussianSchedule(maximum: 0.03, width: .minimum(3e-6))
    let laplacian = LaplacianSchedule(maximum: 0.03, width: .minimum(3e-6))
    #expect(Self.agrees(gaussian.rate(at: row.hundredths, in: Self.hundredths), row.gaussian))
    #expect(Self.agrees(laplacian.rate(at: row.hundredths, in: Self.hundredths), row.laplacian))
  }

  @Test(
    "With a start the run begins at that rate and is spread over the rest of the peak",
    arguments: [
      Row(hundredths: 0, gaussian: 0.01, laplacian: 0.01),
      Row(hundredths: 10, gaussian: 0.01992137497, laplacian: 0.02803574657),
      Row(hundredths: 25, gaussian: 0.02997749101, laplacian: 0.006838521171),
      Row(hundredths: 50, gaussian: 0.01118357319, laplacian: 0.0005196152423),
      Row(hundredths: 75, gaussian: 0.0005192253751, laplacian: 3.948222039e-5),
      Row(hundredths: 100, gaussian: 3e-6, laplacian: 3e-6),
    ])
  func truncated(_ row: Row) {
    let gaussian = GaussianSchedule(start: 0.01, maximum: 0.03, width: .minimum(3e-6))
    let laplacian = LaplacianSchedule(start: 0.01, maximum: 0.03, width: .minimum(3e-6))
    #expect(Self.agrees(gaussian.rate(at: row.hundredths, in: Self.hundredths), row.gaussian))
    #expect(Self.agrees(laplacian.rate(at: row.hundredths, in: Self.hundredths), row.laplacian))
  }

  @Test("Widths, starting times and places of the peak are the known ones")
  func constants() {
    let gaussian = GaussianSchedule(start: 0.01, maximum: 0.03, width: .minimum(3e-6))
    let laplacian = LaplacianSchedule(start: 0.01, maximum: 0.03, width: .minimum(3e-6))
    let pairs = [
      (gaussian.variance, 0.0271434051189532), (laplacian.scale, 0.0542868102379065),
      (gaussian.startingTime, 0.3273150891942817), (laplacian.startingTime, 0.4403598431600422),
      (gaussian.peakShare, 0.2567099514672961), (laplacian.peakShare, 0.1065687587122404),
    ]
    // The known values have 15 or 16 digits; the last one of 0.1 … 0.4 is worth up to a few roundings.
    for (found, known) in pairs { #expect(abs(found - known) <= 2e-15) }
  }

  @Test("A Gaussian of given width has the known rates, and the same on both sides")
  func givenWidth() {
    let schedule = GaussianSchedule(maximum: 0.3, width: .constant(0.0128))
    let known = [
      (0, 9.881142331e-10), (10, 1.117995952e-6), (25, 0.002272703233), (40, 0.1373500085), (50, 0.3),
    ]
    for (iteration, rate) in known {
      let found = schedule.rate(at: iteration, in: Self.hundredths)
      #expect(Self.agrees(found, rate))
      // (t − ½)² / σ² is at most 20, and both sides round it and t.
      let other = schedule.rate(at: 100 - iteration, in: Self.hundredths)
      #expect(abs(found - other) <= 8 * 20 * .ulpOfOne * found)
    }
    #expect(Self.agrees(schedule.rate(at: 0, in: Self.hundredths) / 0.3, 3.293714110e-9))
  }

  @Test(
    "The discrete convention holds the rate of an epoch's start, the continuous one moves within the epoch")
  func conventions() {
    let horizon = Horizon(epochCount: 10, iterationsPerEpoch: 5)
    let continuous = GaussianSchedule(maximum: 0.3, width: .constant(0.0128))
    let discrete = GaussianSchedule(maximum: 0.3, width: .constant(0.0128), time: .discrete)
    let known = [0.13735001, 0.1819592, 0.22645188, 0.26474907, 0.29076997]
    for (iteration, rate) in zip(20..<25, known) {
      // These values have eight decimals.
      #expect(abs(continuous.rate(at: iteration, in: horizon) - rate) <= 6e-9)
      #expect(abs(discrete.rate(at: iteration, in: horizon) - 0.13735001) <= 6e-9)
    }
    let inclusive = GaussianSchedule(start: 0.1, maximum: 0.3, width: .minimum(1e-4), time: .inclusive)
    #expect(Self.agrees(inclusive.rate(at: 0, in: horizon), 0.1))
    #expect(Self.agrees(inclusive.rate(at: 49, in: horizon), 1e-4))
  }

  @Test("A start at either end of the possible rates gives the whole peak or its falling half")
  func extremeStarts() {
    let whole = GaussianSchedule(start: 1e-5, maximum: 0.1, width: .minimum(1e-5))
    #expect(whole.startingTime == 0)
    let half = LaplacianSchedule(start: 0.1, maximum: 0.1, width: .minimum(1e-5))
    #expect(half.startingTime == 0.5 && half.peakShare == 0)
    #expect(half.rate(at: 0, in: Self.hundredths) == 0.1)
  }
}
