import Foundation
import ThalwegFigures
import ThalwegStores

/// Figures of several results of one kind, on one scale.
struct DrawingsTogether {
  let settings: FigureSettings
  let titles: [String]

  /// All figures of one result's surfaces: each alone and, where there are several, all on one scale.
  static func figures(of surfaces: [DrawnSurface], _ settings: FigureSettings) -> [NamedFigure] {
    let alone = surfaces.flatMap { $0.figures(settings) }
    guard surfaces.count > 1 else { return alone }
    let together = DrawingsTogether(settings: settings, titles: surfaces.map(\.title))
    return alone + (surfaces[0].ys == nil ? together.slices(surfaces) : together.surfaces(surfaces))
  }

  /// Contours and landscapes side by side.
  func surfaces(_ surfaces: [DrawnSurface]) -> [NamedFigure] {
    let shown = surfaces.filter { $0.losses.contains { $0 != nil } }
    guard !shown.isEmpty else { return [] }
    let panels = shown.map { $0.panel($0.losses) }
    let values = settings.axis("loss (nats)", of: shown.lazy.flatMap(\.losses))
    let labels =
      Set(shown.map(\.contourLabels)).count == 1
      ? (contour: shown[0].contourLabels, short: shown[0].shortLabels)
      : (contour: ["first direction", "second direction"], short: ["first direction", "second direction"])
    let dots = shown.contains(where: \.isInterpolated) ? " Dots: measured points; the others are estimated." : ""
    let text = "One scale for all. " + caption(surfaces) + dots + settings.capText
    return [
      NamedFigure(
        name: "contours",
        figure: ContourFigure(
          panels: panels, xLabel: labels.contour[0], yLabel: labels.contour[1], values: values, caption: text,
          style: settings.contourStyle)),
      NamedFigure(
        name: "surfaces",
        figure: LitSurfaceFigure(
          panels: panels, xLabel: labels.short[0], yLabel: labels.short[1], values: values, caption: text)),
    ]
  }

  /// Losses of slices over one another.
  func slices(_ slices: [DrawnSurface]) -> [NamedFigure] {
    let shown = slices.filter { $0.losses.contains { $0 != nil } }
    guard !shown.isEmpty else { return [] }
    var figure = LineFigure.slice(
      shown.map { $0.lossLine(name: $0.title) }, values: settings.axis("loss (nats)", of: shown.lazy.flatMap(\.losses)))
    let labels = Set(slices.map { $0.labels?.first })
    if labels.count == 1, let label = labels.first ?? nil { figure.xLabel = label }
    if slices.allSatisfy({ !$0.corners.isEmpty }) { figure.target = 1 }
    let hasBands = shown.contains { $0.points.contains { $0.standardError != nil } }
    figure.caption = (hasBands ? "Bands: 95 %. " : "") + caption(slices) + settings.capText
    figure.size = Size(width: 560, height: 380)
    return [NamedFigure(name: "slices", figure: figure)]
  }

  /// Losses of training runs over one another.
  func courses(_ courses: [(title: String, course: TrainingCourse)]) -> [NamedFigure] {
    let series = courses.flatMap { title, course in
      [("training", "trainLoss"), ("test", "testLoss")].map { name, key in
        LineSeries(
          name: "\(title), \(name)", xs: course.epochs.map { Double($0.epoch) },
          values: course.epochs.map { $0.values[key] })
      }
    }
    var figure = LineFigure.trainingCurves(
      series, values: settings.axis("loss (nats)", of: series.lazy.flatMap(\.values)))
    figure.size = Size(width: 560, height: 380)
    return [NamedFigure(name: "training", figure: figure)]
  }

  /// Densities over one another.
  func spectra(_ figures: [SpectrumFigure]) -> [NamedFigure] {
    let series = zip(titles, figures).flatMap { title, figure in
      figure.series.map { series in
        SpectrumSeries(
          label: title, positions: series.positions, density: series.density, lower: series.lower,
          upper: series.upper, marks: series.marks)
      }
    }
    let isLogarithmic = settings.isLogarithmic ?? figures.contains(where: \.isSymmetricLogarithmicAxis)
    let together = SpectrumFigure(
      title: "", caption: shared(figures.map(\.caption)), series: series, isSymmetricLogarithmicAxis: isLogarithmic,
      lowestDensity: figures.compactMap(\.lowestDensity).min(), size: Size(width: 560, height: 360))
    return [NamedFigure(name: "spectra", figure: together)]
  }

  private func caption(_ surfaces: [DrawnSurface]) -> String {
    let text = shared(surfaces.map(\.caption))
    func counts(_ state: PointState) -> String? {
      let counts = surfaces.map { surface in surface.points.count { $0.state == state } }
      guard counts.contains(where: { $0 > 0 }) else { return nil }
      return zip(titles, zip(counts, surfaces)).map { "\($0) \($1.0) of \($1.1.points.count)" }.joined(separator: ", ")
    }
    return text + (counts(.diverged).map { " Holes, points without a finite loss: \($0)." } ?? "")
      + (counts(.pending).map { " Grey, not measured: \($0)." } ?? "")
  }

  /// What all captions say once, and what is left of each behind its title. Their clauses end with semicolons.
  private func shared(_ captions: [String]) -> String {
    guard Set(captions).count > 1 else { return captions.first ?? "" }
    let clauses = captions.map { caption in
      (caption.hasSuffix(".") ? String(caption.dropLast()) : caption).components(separatedBy: "; ")
    }
    let common = clauses[0].filter { clause in clauses.allSatisfy { $0.contains(clause) } }
    let own = zip(titles, clauses).compactMap { title, clauses -> String? in
      let rest = clauses.filter { !common.contains($0) && $0 != title && !$0.isEmpty }
      return rest.isEmpty ? nil : "\(title): \(rest.joined(separator: "; "))."
    }
    return ((common.isEmpty ? [] : [common.joined(separator: "; ") + "."]) + own).joined(separator: " ")
  }
}
