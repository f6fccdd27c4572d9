import Foundation
import Testing
import ThalwegFigures

@Suite("Eigenvalue axes")
struct EigenvalueAxisTests {
  static func magnitudes(_ smallest: Double, _ largest: Double, count: Int = 50) -> [Double] {
    (0..<count).map { smallest * pow(largest / smallest, Double($0) / Double(count - 1)) }
  }

  static let twoSided = magnitudes(1e-4, 1).reversed().map { -$0 } + magnitudes(1e-4, 100)

  @Test("a linear axis goes from the least to the greatest position")
  func linear() throws {
    let axis = try EigenvalueAxis(positions: [[-2, 0], [1, 6]], isSymmetricLogarithmic: false)
    #expect([-2.0, 2, 6].map(axis.fraction) == [0, 0.5, 1])
    #expect(axis.zeroFraction == 0.25)
    #expect(axis.gap == nil)
  }

  @Test("an axis reaches beyond its marks")
  func marks() throws {
    let axis = try EigenvalueAxis(positions: [[0, 1]], marks: [-1, 2], isSymmetricLogarithmic: false)
    #expect(try #require(axis.fraction(-1)) > 0)
    #expect(try #require(axis.fraction(2)) < 1)
  }

  @Test("on a symmetric logarithmic axis places ascend with the eigenvalue, and the gap is between the signs")
  func symmetric() throws {
    let axis = try EigenvalueAxis(positions: [Self.twoSided], isSymmetricLogarithmic: true)
    let fractions = Self.twoSided.compactMap(axis.fraction)
    #expect(fractions.count == Self.twoSided.count)
    #expect(zip(fractions, fractions.dropFirst()).allSatisfy { $0 < $1 })
    let gap = try #require(axis.gap)
    // The innermost positions are the gap's borders, up to the rounding of a power.
    #expect(abs(fractions[49] - gap.lowerBound) < 1e-9 && abs(fractions[50] - gap.upperBound) < 1e-9)
    #expect(axis.fraction(0) == nil && axis.fraction(5e-5) == nil)
    #expect(axis.markFraction(5e-5) == axis.zeroFraction)
  }

  @Test("equal ratios of magnitude are equal steps on a side")
  func ratios() throws {
    let axis = try EigenvalueAxis(positions: [Self.twoSided], isSymmetricLogarithmic: true)
    let places = try [0.01, 0.1, 1].map { try #require(axis.fraction($0)) }
    // Sums and differences of numbers below 1.
    #expect(abs((places[2] - places[1]) - (places[1] - places[0])) < 1e-14)
  }

  @Test("a zero with rounding errors among linear positions does not stretch a logarithmic axis")
  func roundedZero() throws {
    let positions = [-0.2, -0.1, 1.4e-17, 0.1, 0.2, 0.3]
    let axis = try EigenvalueAxis(positions: [positions], isSymmetricLogarithmic: true)
    #expect(axis.fraction(1.4e-17) == nil)
    #expect(axis.fraction(0.1) == axis.gap?.upperBound)
  }

  @Test("a spectrum of one sign has one side, with zero beyond its end")
  func oneSign() throws {
    let axis = try EigenvalueAxis(positions: [[-100, -10, -1]], isSymmetricLogarithmic: true)
    #expect(axis.gap == nil && axis.zeroFraction == nil)
    #expect(axis.fraction(-1) == 1)
    let places = try [-100.0, -10].map { try #require(axis.fraction($0)) }
    #expect(places[0] < places[1])
  }

  @Test("lines break at the gap and where they come too near to zero")
  func pieces() throws {
    let axis = try EigenvalueAxis(positions: [[-2, -1, 1, 2]], isSymmetricLogarithmic: true)
    let line = [-2, -1, 1, 2].map { Point($0, 7) }
    #expect(axis.pieces(of: line).map(\.count) == [2, 2])
    #expect(axis.pieces(of: [Point(1, 0), Point(0.5, 0), Point(2, 0)]).map(\.count) == [1, 1])
    let linear = try EigenvalueAxis(positions: [[-2, 2]], isSymmetricLogarithmic: false)
    #expect(linear.pieces(of: line).map(\.count) == [4])
  }

  @Test(
    "every tick lies on the axis, is named once, and a side has at least two",
    arguments: [
      [-1e6, -1e-12, 1e-12, 1e6], [1.1, 1.2], [-5, -4], [-1e-3, 1e-3, 1e5], [0, 3e-300, 1e300], [7],
    ])
  func ticks(positions: [Double]) throws {
    for isSymmetric in [false, true] {
      let axis = try EigenvalueAxis(positions: [positions], isSymmetricLogarithmic: isSymmetric)
      let slack = 1e-9
      #expect(axis.ticks.allSatisfy { $0.fraction >= -slack && $0.fraction <= 1 + slack })
      #expect(axis.ticks.count >= 2)
      #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count, "\(axis.ticks.map(\.label))")
    }
  }

  @Test("no position, or only zero on a logarithmic axis, is an error")
  func nothing() {
    for isSymmetric in [false, true] {
      #expect(throws: FigureError.noFiniteValue) {
        try EigenvalueAxis(positions: [[]], isSymmetricLogarithmic: isSymmetric)
      }
    }
    #expect(throws: FigureError.noPositiveValue) {
      try EigenvalueAxis(positions: [[0]], isSymmetricLogarithmic: true)
    }
  }

  @Test("a logarithmic density axis begins at the power of ten below a millionth of the peak unless told")
  func density() throws {
    let values = [1e-300, 0, 1e-3, 30]
    let axis = try Axis.density(values, isLogarithmic: true, lowest: nil)
    #expect(axis.isLogarithmic && axis.lower == 1e-5 && axis.upper == 100)
    #expect(try Axis.density([1], isLogarithmic: true, lowest: nil).lower == 1e-6)
    #expect(try Axis.density(values, isLogarithmic: true, lowest: 2e-9).lower == 2e-9)
    #expect(try Axis.density(values, isLogarithmic: false, lowest: nil).lower == 0)
    #expect(try Axis.density(values, borders: [0, 200], isLogarithmic: true, lowest: nil).upper == 1000)
    #expect(throws: FigureError.noPositiveValue) { try Axis.density([0], isLogarithmic: true, lowest: nil) }
  }

  @Test("thinning keeps ends and extremes of every column, and short lines as they are")
  func thinning() {
    let short = [Point(0, 1), Point(0.01, 2)]
    #expect(ThinnedLine.thinned(short) == short)
    let count = 10_000
    var line = (0..<count).map { Point(10 * Double($0) / Double(count - 1), 0) }
    line[5003].y = 9
    line[7001].y = -3
    let thin = ThinnedLine.thinned(line)
    #expect(thin.contains(line[5003]) && thin.contains(line[7001]))
    #expect(thin.first == line.first && thin.last == line.last)
    #expect(thin.count <= 4 * 81)  // 80 columns of an eighth of a point, and the last point's.
    #expect(zip(thin, thin.dropFirst()).allSatisfy { $0.x < $1.x })
  }
}
