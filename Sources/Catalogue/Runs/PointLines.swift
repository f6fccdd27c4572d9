import ThalwegFigures
import ThalwegStores

extension [SurfacePoint] {
  /// The losses; `nil` where a point has diverged or is pending.
  var losses: [Double?] { values { $0.loss } }

  /// The shares of correct examples, counted or taken from a file of another program.
  var accuracies: [Double?] {
    values { point in
      if let correct = point.correctCount, let count = point.exampleCount {
        return count > 0 ? Double(correct) / Double(count) : nil
      }
      return point.extra["accuracy"] ?? (point.extra["train_acc"] ?? point.extra["test_acc"]).map { $0 / 100 }
    }
  }

  /// A number of each point that has a result.
  func values(_ number: (SurfacePoint) -> Double?) -> [Double?] {
    map { $0.state == .measured || $0.state == .interpolated ? number($0) : nil }
  }

  /// The losses as a line over `xs`, with their 95 % band.
  func lossLine(name: String, xs: [Double]) -> LineSeries {
    func border(_ sign: Double) -> [Double?] {
      values { point in
        point.loss.flatMap { loss in point.margin.map { Swift.max(loss + sign * $0, loss / 1e3) } }
      }
    }
    return LineSeries(name: name, xs: xs, values: losses, lower: border(-1), upper: border(1))
  }

  /// The shares of correct examples as a line over `xs`.
  func accuracyLine(name: String, xs: [Double]) -> LineSeries {
    LineSeries(name: name, xs: xs, values: accuracies, side: .right)
  }
}
