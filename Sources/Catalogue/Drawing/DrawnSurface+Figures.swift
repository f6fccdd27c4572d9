import ThalwegFigures
import ThalwegStores
import ThalwegSurveys

/// A figure and the name of its files.
struct NamedFigure {
  let name: String
  let figure: any Figure
}

extension DrawnSurface {
  /// All figures of the surface's kind; none where no point has a loss.
  func figures(_ settings: FigureSettings) -> [NamedFigure] {
    guard losses.contains(where: { $0 != nil }) else { return [] }  // The facts say that all diverged.
    guard ys != nil else {
      let difference = difference.map { NamedFigure(name: "slice-difference" + suffix, figure: $0) }
      return [NamedFigure(name: "slice" + suffix, figure: slice(settings))] + [difference].compactMap { $0 }
    }
    let values = settings.axis("loss (nats)", of: losses)
    let panels = [panel(losses)]
    return [
      NamedFigure(
        name: "contour" + suffix,
        figure: ContourFigure(
          panels: panels, xLabel: contourLabels[0], yLabel: contourLabels[1], values: values,
          caption: caption + pointsText + holesText + settings.capText, style: settings.contourStyle)),
      NamedFigure(
        name: "surface" + suffix,
        figure: LitSurfaceFigure(
          panels: panels, xLabel: shortLabels[0], yLabel: shortLabels[1], values: values,
          caption: caption + pointsText + holesText + settings.capText)),
    ] + uncertainty(settings) + curvatureFigures(settings) + furtherFigures(settings)
  }

  private func contour(
    _ label: String, _ values: [Double?], note: String, _ settings: FigureSettings
  ) -> ContourFigure? {
    guard values.contains(where: { $0 != nil }) else { return nil }
    // A cap and a logarithm are asked for losses.
    return ContourFigure(
      panels: [panel(values)], xLabel: contourLabels[0], yLabel: contourLabels[1],
      values: ValueAxis(label: label, spacing: .automatic),
      caption: caption + pointsText + note + holesText, style: settings.contourStyle)
  }

  /// The Hessian's extreme eigenvalues over the plane, and their ratio, where they were measured.
  private func curvatureFigures(_ settings: FigureSettings) -> [NamedFigure] {
    let note =
      (curvatureExampleCount.map { " Curvature on the first \($0) examples." } ?? "")
      + (curvatureTolerance.map { " Filters and dense weights only; Lanczos to a relative residual of \($0)." } ?? "")
    let ratios = points.compactMap { CurvatureMap.ratio($0.extra) }
    let unresolved = ratios.count { !$0.isResolved }
    let bound =
      unresolved == 0
      ? ""
      : " At \(unresolved) of \(ratios.count) points λmin is not told from zero; its residual stands in for it."
    let maps: [(String, String, String, (SurfacePoint) -> Double?)] = [
      ("largest-eigenvalue", "largest eigenvalue", note, { $0.extra[CurvatureMap.largest] }),
      ("smallest-eigenvalue", "smallest eigenvalue", note, { $0.extra[CurvatureMap.smallest] }),
      ("convexity", "|λmin / λmax|", note + bound, { CurvatureMap.ratio($0.extra)?.value }),
    ]
    return maps.compactMap { name, label, note, value in
      contour(label, points.values(value), note: note, settings).map { NamedFigure(name: name + suffix, figure: $0) }
    }
  }

  /// Other numbers, which came with a file of another program.
  private func furtherFigures(_ settings: FigureSettings) -> [NamedFigure] {
    let own: Set = [
      CurvatureMap.largest, CurvatureMap.smallest, CurvatureMap.largestResidual, CurvatureMap.smallestResidual,
      SurfacePoint.differenceError, SurfacePoint.interpolationError, SurfacePoint.negativeVariance,
    ]
    let names = points.reduce(into: Set<String>()) { $0.formUnion($1.extra.keys) }.subtracting(own).sorted()
    return names.compactMap { name in
      // A name becomes part of a path.
      let file = String(name.map { $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : "-" }.prefix(80))
      return contour(name, points.values { $0.extra[name] }, note: "", settings).map {
        NamedFigure(name: "map-\(file)" + suffix, figure: $0)
      }
    }
  }

  private func slice(_ settings: FigureSettings) -> LineFigure {
    let accuracy = points.accuracyLine(name: "accuracy", xs: xs)
    let lines = [lossLine(name: "loss")] + (accuracy.values.contains { $0 != nil } ? [accuracy] : [])
    var figure = LineFigure.slice(lines, values: settings.axis("loss (nats)", of: losses))
    if let label = labels?.first { figure.xLabel = label }
    if !corners.isEmpty { figure.target = 1 }
    figure.caption =
      caption + (points.contains { $0.margin != nil } ? " Band: 95 %." : "") + holesText + settings.capText
    return figure
  }

  /// The loss less that of the centre, whose band is narrower: both are seen on the same examples.
  private var difference: LineFigure? {
    guard let centre = xs.firstIndex(of: 0), let own = losses[centre],
      points.contains(where: { $0.extra[SurfacePoint.differenceError] != nil })
    else { return nil }
    func values(_ sign: Double) -> [Double?] {
      points.values { point in
        guard let loss = point.loss, let error = point.extra[SurfacePoint.differenceError] else { return nil }
        return loss - own + sign * normalQuantile975 * error
      }
    }
    let line = LineSeries(
      name: "loss less that at 0", xs: xs, values: points.values { $0.loss.map { $0 - own } }, lower: values(-1),
      upper: values(1))
    var figure = LineFigure.slice([line], values: ValueAxis(label: "difference (nats)", spacing: .linear))
    if let label = labels?.first { figure.xLabel = label }
    figure.caption = caption + " Band: 95 %, of differences example by example." + holesText
    return figure
  }

  /// How far off an interpolated surface may be.
  private func uncertainty(_ settings: FigureSettings) -> [NamedFigure] {
    guard isInterpolated else { return [] }
    let margins = points.values { point in point.margin.map { $0 / abs(point.loss ?? .nan) } }
    guard
      var figure = contour(
        "95 % margin, part of the loss", margins, note: " Sampling of examples and interpolation together.", settings)
    else { return [] }
    // Errors jump from point to point: lines would be many, and mean nothing.
    figure.style.hasLines = false
    figure.style.interpolation = .linear
    return [NamedFigure(name: "uncertainty" + suffix, figure: figure)]
  }

  /// How many points there are; what lies between them is drawn, not measured.
  private var pointsText: String {
    guard let ys else { return "" }
    guard isInterpolated else { return " Measured at \(xs.count)×\(ys.count) points." }
    let measured = points.filter { $0.state == .measured }
    let examples = measured.compactMap(\.exampleCount).max().map { " on \($0) examples" } ?? ""
    return " \(measured.count) of \(xs.count)×\(ys.count) points measured\(examples) (dots), the others estimated from "
      + "them and from fewer examples."
  }

  /// How many points are missing, and what became of those that stand alone.
  private var holesText: String {
    let pending = points.count { $0.state == .pending }
    var text = pending > 0 ? " \(pending) of \(points.count) points (grey) are not measured." : ""
    if let holes = points.holesText { text += " " + holes }
    guard !text.isEmpty, ys != nil, !panel(losses).grid.isolatedPoints.isEmpty else { return text }
    return text + " Discs are measured points among them."
  }
}
