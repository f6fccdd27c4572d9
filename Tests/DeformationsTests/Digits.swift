import Foundation
import Testing

/// Checks that `actual`, rounded like `expected` was printed, is the same number: `%.NNg` drops trailing
/// zeros, so the last digit that counts is the one at place `significant`, or at `decimals` behind the point.
func expectDigits(
  _ actual: Double, _ expected: Double, significant: Int = 12,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  // Half a unit of the last digit, and a little for the printing's own rounding.
  let unit = pow(10, floor(log10(abs(expected))) - Double(significant - 1))
  expectWithin(actual, expected, 0.501 * unit, sourceLocation: sourceLocation)
}

/// Checks that `actual` agrees with a number printed with `decimals` digits behind the point.
func expectDecimals(
  _ actual: Double, _ expected: Double, decimals: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
  expectWithin(actual, expected, 0.501 * pow(10, -Double(decimals)), sourceLocation: sourceLocation)
}

private func expectWithin(
  _ actual: Double, _ expected: Double, _ bound: Double, sourceLocation: SourceLocation
) {
  if !(abs(actual - expected) <= bound) {  // Written so that NaN fails.
    Issue.record(
      "\(actual) is not \(expected): off by \(abs(actual - expected)) > \(bound)",
      sourceLocation: sourceLocation)
  }
}
