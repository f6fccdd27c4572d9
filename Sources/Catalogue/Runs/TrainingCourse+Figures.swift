import ThalwegFigures

extension TrainingCourse {
  /// The figures of what was measured beside the losses, with their names: the gradient's norm, and the largest
  /// eigenvalue beside the one that steps can hold.
  func measurementFigures(headline: String) -> [(name: String, figure: LineFigure)] {
    let xs = epochs.map { Double($0.epoch) }
    func figure(_ label: String, _ lines: [(name: String, key: String)], _ caption: String) -> LineFigure? {
      let series = lines.map { name, key in LineSeries(name: name, xs: xs, values: epochs.map { $0.values[key] }) }
      guard series.contains(where: { $0.values.contains { $0 != nil } }) else { return nil }
      var figure = LineFigure.trainingCurves(series, values: ValueAxis(label: label))
      figure.headline = headline
      figure.caption = caption
      return figure
    }
    return [
      (
        "gradient",
        figure(
          "norm of the gradient", [("", "gradientNorm")],
          "The undeformed loss on all training data after each epoch, under running statistics.")
      ),
      (
        "guide",
        figure(
          "norm", [("g₂ − g₁, what minibatches share", "guideSignal"), ("what they don't", "guideNoise")],
          "The difference of gradients that guides SGDS, after each epoch: the norm of its mean over minibatches, and "
            + "the distance of a single one from that, by \(EpochProbe.guideDrawCount) draws. 0: below what so few can tell."
        )
      ),
      (
        "curvature",
        figure(
          "eigenvalue",
          [("largest of the Hessian", "largestEigenvalue"), ("largest that holds steps", "stabilityLimit")],
          "The undeformed loss after each epoch; the limit is that of the epoch's last rate"
            + (epochs.contains { $0.slope != nil } ? " and mean slope δ′." : "."))
      ),
    ].compactMap { name, figure in figure.map { (name, $0) } }
  }
}
