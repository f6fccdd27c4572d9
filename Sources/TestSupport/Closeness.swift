public import Testing

/// Checks `|actual − expected| ≤ absolute + relative · |expected|`, and says by how much it failed.
public func expectClose(
  _ actual: Double, _ expected: Double, relative: Double = 1e-6, absolute: Double = 0,
  _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = abs(actual - expected)
  let bound = absolute + relative * abs(expected)
  if !(error <= bound) {  // Written so that NaN fails.
    Issue.record("\(comment) \(actual) is not \(expected): error \(error) > \(bound)", sourceLocation: sourceLocation)
  }
}

/// Checks that no entry of `actual` is further from `expected` than `tolerance` times the root mean square of
/// `expected`. Sums of many terms err in proportion to the size of the terms, not of their possibly cancelled sum.
public func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double, _ comment: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record("\(comment): \(actual.count) entries, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  guard !expected.isEmpty else { return }
  let size = (expected.reduce(0) { $0 + $1 * $1 } / Double(expected.count)).squareRoot()
  var worst = (index: 0, error: 0.0)
  for i in actual.indices {
    let error = abs(actual[i] - expected[i])
    if !(error <= worst.error) { worst = (i, error) }
  }
  if !(worst.error <= tolerance * size) {
    Issue.record(
      """
      \(comment) entry \(worst.index): \(actual[worst.index]) is not \(expected[worst.index]); \
      error \(worst.error / max(size, .leastNormalMagnitude)) of the root mean square \(size) > \(tolerance)
      """, sourceLocation: sourceLocation)
  }
}
