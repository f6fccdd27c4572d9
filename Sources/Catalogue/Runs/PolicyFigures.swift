import ThalwegFigures
import ThalwegStores

/// The drawings that show several policies of statistics on one scale.
struct PolicyFigures {
  let results: [SurveyResult]
  let caption: String

  /// Writes the figures of the survey's kind.
  func write(to run: RunFolder) throws {
    let drawn = results.filter { $0.losses.contains { $0 != nil } }
    guard let first = drawn.first else { return }
    let caption = caption + holesText
    let values = values(drawn)
    let labels = first.geometry.labels
    if first.settings.axes.count == 1 {
      var figure = LineFigure.slice(drawn.map { $0.lossLine(name: $0.policy.title) }, values: values)
      figure.xLabel = labels[0]
      if !first.geometry.corners.isEmpty { figure.target = 1 }
      figure.caption = caption + " Bands: one standard error."
      try figure.write(to: run, named: "slices")
    } else {
      let panels = drawn.map { $0.panel(title: $0.policy.title) }
      try ContourFigure(panels: panels, xLabel: labels[0], yLabel: labels[1], values: values, caption: caption)
        .write(to: run, named: "contours")
    }
  }

  private func values(_ drawn: [SurveyResult]) -> ValueAxis {
    let hasPositive = drawn.flatMap(\.losses).contains { $0.map { $0 > 0 } ?? false }
    return SurveyFigures.values(isLogarithmic: hasPositive ? drawn[0].settings.isLogarithmic : nil)
  }

  private var holesText: String {
    results.compactMap { result in
      result.points.holesText.map { " \(result.policy.title.capitalisedFirst): \($0)" }
    }.joined()
  }
}

extension String {
  /// The text with its first letter as a capital.
  fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
