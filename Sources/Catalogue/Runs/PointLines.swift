import ThalwegFigures
import ThalwegStores

extension [SurfacePoint] {
  /// The losses; `nil` where a point has diverged or is pending.
  var losses: [Double?] { map { $0.state == .measured ? $0.loss : nil } }

  /// The losses as a line over `xs`, with a band of one standard error.
  func lossLine(name: String, xs: [Double]) -> LineSeries {
    func border(_ sign: Double) -> [Double?] {
      map { point in
        point.loss.flatMap { loss in point.standardError.map { Swift.max(loss + sign * $0, loss / 1e3) } }
      }
    }
    return LineSeries(name: name, xs: xs, values: losses, lower: border(-1), upper: border(1))
  }

  /// The shares of correct examples as a line over `xs`.
  func accuracyLine(name: String, xs: [Double]) -> LineSeries {
    LineSeries(
      name: name, xs: xs,
      values: map { point in
        guard point.state == .measured, let correct = point.correctCount, let count = point.exampleCount
        else { return nil }
        return Double(correct) / Double(count)
      }, side: .right)
  }
}
