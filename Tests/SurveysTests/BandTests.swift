import Foundation
import Testing
import ThalwegRandomness
import ThalwegSurveys

/// Bands are checked on a population that is known: of 2,000 intervals at 95 %, three binomial standard deviations around
/// the nominal share are 93.5 % to 96.5 %.
@Suite("Bands")
struct BandTests {
  private let draws = 2000
  private let share = 0.935...0.965

  /// Losses as networks have them: most are small, some large; at a centre and at another point.
  private func population(_ count: Int) -> (centre: [Double], point: [Double]) {
    var stream = RandomStream(seed: 11)
    let centre = (0..<count).map { _ in log(1 + exp(2 * stream.normal() - 2)) }
    let point = centre.map { $0 + 0.3 * log(1 + exp(stream.normal())) * (0.5 + $0) }
    return (centre, point)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test("95 % bands of a data set's mean hold it for 93.5 to 96.5 % of its subsets", arguments: [400, 2000])
  func dataSet(sampleCount: Int) throws {
    let (centre, point) = population(5000)
    let (truth, difference) = (mean(point), mean(point) - mean(centre))
    let error = SamplingError.dataSet(count: 5000)
    var (covered, paired) = (0, 0)
    for draw in 0..<draws {
      var stream = RandomStream(seed: 5, UInt64(draw))
      let subset = stream.permutation(of: 5000).prefix(sampleCount)
      let (own, other) = (subset.map { point[$0] }, subset.map { point[$0] - centre[$0] })
      if abs(mean(own) - truth) <= normalQuantile975 * (error.standardError(ofMeanOf: own) ?? 0) { covered += 1 }
      if abs(mean(other) - difference) <= normalQuantile975 * (error.standardError(ofMeanOf: other) ?? 0) {
        paired += 1
      }
    }
    #expect(share.contains(Double(covered) / Double(draws)), "\(covered) of \(draws) values")
    #expect(share.contains(Double(paired) / Double(draws)), "\(paired) of \(draws) differences")
  }

  @Test("95 % bands of a population's mean hold it for 93.5 to 96.5 % of the data sets drawn from it")
  func populationMean() {
    // Exponential losses: mean 1.
    var covered = 0
    for draw in 0..<draws {
      var stream = RandomStream(seed: 6, UInt64(draw))
      let sample = (0..<1000).map { _ in -log(1 - stream.uniform()) }
      let error = SamplingError.population.standardError(ofMeanOf: sample) ?? 0
      if abs(mean(sample) - 1) <= normalQuantile975 * error { covered += 1 }
    }
    #expect(share.contains(Double(covered) / Double(draws)), "\(covered) of \(draws)")
  }

  @Test("moments of two sets put together are those of all examples")
  func moments() {
    var stream = RandomStream(seed: 2)
    let values = (0..<57).map { _ in stream.normal() }
    var parts = ExampleMoments(of: Array(values.prefix(20)))
    parts.add(ExampleMoments(of: Array(values.dropFirst(20))))
    parts.add(ExampleMoments())
    let whole = ExampleMoments(of: values)
    #expect(parts.count == 57)
    // Sums of 57 numbers of size 1.
    #expect(abs(parts.mean - whole.mean) < 1e-14 && abs(parts.squares - whole.squares) < 1e-12)
  }
}
