import ThalwegFigures

/// The figures that show both networks together.
struct QuickstartFigures {
  private let outcome: QuickstartOutcome

  init(_ outcome: QuickstartOutcome) { self.outcome = outcome }

  /// Writes them into the folder at `path`.
  func write(to path: String) throws {
    let panels = outcome.arms.map { $0.surface.panel(title: $0.network) }
    let settings = outcome.settings
    let caption =
      "Two networks, alike but for their shortcuts, on one scale. Filter-normalised random directions, seed "
      + "\(settings.directionSeeds[0]); mean loss over \(settings.exampleCount) training examples; running "
      + "statistics. The cross marks the trained network."
      + (cap.map { " Losses above \(Int($0)) nats are not told apart; guessing costs 2.3." } ?? "") + holesText
    let values = ValueAxis(label: "loss (nats)", upper: cap)
    try ContourFigure(panels: panels, values: values, caption: caption).write(
      to: path + "/contours", formats: settings.formats)
    try LitSurfaceFigure(panels: panels, values: values, caption: caption).write(
      to: path + "/surfaces", formats: settings.formats)
    try slices.write(to: path + "/slices", formats: settings.formats)
    try spectra.write(to: path + "/spectra", formats: settings.formats)
    try training.write(to: path + "/training", formats: settings.formats)
  }

  private var holesText: String {
    let counts = outcome.arms.map { "\($0.surface.divergedCount) of \($0.surface.points.count)" }
    guard outcome.arms.contains(where: { $0.surface.divergedCount > 0 }) else { return "" }
    return " Holes, points without a finite loss: \(counts.joined(separator: " and "))."
  }

  /// Corners can reach millions of nats, which would leave no colours for the part that tells anything.
  private var cap: Double? {
    let largest = outcome.arms.flatMap(\.surface.losses).compactMap { $0 }.max() ?? 0
    return largest > 100 ? 100 : nil
  }

  private var slices: LineFigure {
    let series = outcome.arms.flatMap { arm in
      zip(arm.slices, outcome.settings.directionSeeds).map { slice, seed in
        slice.lossLine(name: "\(arm.arm.title), seed \(seed)")
      }
    }
    var figure = LineFigure.slice(series, values: ValueAxis(label: "loss (nats)"))
    figure.caption =
      "Slices along filter-normalised random directions. Bands: 95 %, for the population of examples."
    figure.size = Size(width: 560, height: 380)
    return figure
  }

  private var spectra: SpectrumFigure {
    let drawings = outcome.arms.map { CurvatureFigures(outcome: $0.spectrum) }
    let settings = outcome.settings
    let draws = settings.spectrumDraws == 1 ? "1 draw" : "\(settings.spectrumDraws) draws"
    return SpectrumFigure(
      title: "Eigenvalues of the Hessian",
      caption: "Density by stochastic Lanczos quadrature: \(draws) of \(settings.spectrumSteps) products each over "
        + "\(settings.exampleCount) training examples, all parameters, running statistics."
        + (settings.spectrumDraws > 1 ? " Bands: 95 % of the mean over draws." : ""),
      series: zip(outcome.arms, drawings).map { $1.series(label: $0.arm.title, marksLimit: false) },
      isSymmetricLogarithmicAxis: true, lowestDensity: drawings.map(\.lowestDensity).min(),
      size: Size(width: 560, height: 360))
  }

  private var training: LineFigure {
    let series = outcome.arms.flatMap { arm in
      [("training", "trainLoss"), ("test", "testLoss")].map { name, key in
        LineSeries(
          name: "\(name), \(arm.arm.title)", xs: arm.course.epochs.map { Double($0.epoch) },
          values: arm.course.epochs.map { $0.values[key] })
      }
    }
    return LineFigure.trainingCurves(series, values: ValueAxis(label: "loss (nats)"))
  }
}
