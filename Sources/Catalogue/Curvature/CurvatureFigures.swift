import ThalwegDatasets
import ThalwegFigures
import ThalwegFiles
import ThalwegNetworks
import ThalwegSpectra
import ThalwegStores

/// The drawings of spectra.
struct CurvatureFigures {
  let outcome: SpectrumOutcome

  /// Writes the density, or for several checkpoints the densities one below the other, and as a film.
  func write(to run: RunFolder) throws {
    if outcome.spectra.count > 1 {
      try ridges.write(to: run, named: "ridges", formats: outcome.settings.formats)
      try atomicWrite(run.figurePath("film.html"), try film.html())
    } else {
      try density.write(to: run, named: "spectrum", formats: outcome.settings.formats)
    }
  }

  private var density: SpectrumFigure {
    SpectrumFigure(
      title: title, caption: caption + bandText, series: [series(label: "")],
      isSymmetricLogarithmicAxis: outcome.settings.isLogarithmic, lowestDensity: lowestDensity)
  }

  private var film: Film {
    let highest = outcome.densities.map { ($0.interval95?.map(\.upperBound) ?? $0.values).max() ?? 0 }.max()
    return Film(
      title: title,
      frames: outcome.spectra.indices.map { index in
        var figure = density
        figure.title = ""
        figure.caption = caption + bandText
        // Limits change from epoch to epoch, and with them would the axis.
        figure.series = [series(index, label: "", marksLimit: false)]
        figure.highestDensity = highest
        let spectrum = outcome.spectra[index]
        let epoch = spectrum.epoch.map { "epoch \($0)" } ?? ""
        return ("\(epoch), loss \(significant(spectrum.loss, 4))", figure)
      })
  }

  /// A checkpoint's density, by default the first one's, with its band and marks.
  func series(_ index: Int = 0, label: String, marksLimit: Bool = true) -> SpectrumSeries {
    let (spectrum, density) = (outcome.spectra[index], outcome.densities[index])
    let band = density.interval95
    return SpectrumSeries(
      label: label, positions: density.axis.points, density: density.values, lower: band?.map(\.lowerBound),
      upper: band?.map(\.upperBound), marks: marks(of: spectrum, marksLimit))
  }

  private var ridges: RidgeFigure {
    let rows = zip(outcome.spectra, outcome.densities).map { spectrum, density in
      RidgeRow(
        label: spectrum.epoch.map(String.init) ?? "", positions: density.axis.points, density: density.values,
        marks: [spectrum.summary.largestNode])
    }
    return RidgeFigure(
      title: title, caption: caption + " Ticks: the largest nodes.", rows: rows, rowHeading: "epoch",
      isSymmetricLogarithmicAxis: outcome.settings.isLogarithmic, lowestDensity: lowestDensity)
  }

  private func marks(of spectrum: CheckpointSpectrum, _ marksLimit: Bool) -> [SpectrumMark] {
    let summary = spectrum.summary
    var marks = [SpectrumMark(position: spectrum.largest, label: "λ₁ = \(significant(spectrum.largest, 4))")]
    if let value = summary.classEigenvalue?.value {
      let name = "λ\(subscripts(summary.classCount))"
      marks.append(SpectrumMark(position: value, label: "\(name) = \(significant(value, 3))"))
    }
    // A limit far away would leave the spectrum no room.
    if marksLimit, let limit = spectrum.stability?.limit, limit < 2 * summary.largestNode {
      marks.append(SpectrumMark(position: limit, label: "limit \(significant(limit, 4))"))
    }
    return marks
  }

  private var title: String {
    let subject = outcome.subject.subject
    return "\(subject.network.name) on \(subject.dataset.name): \(outcome.subject.settings.kind)"
  }

  /// A tenth of what one eigenvalue leaves at the peak of its kernel: less than that is chance.
  var lowestDensity: Double {
    let peak = 1 / (2 * Double.pi * outcome.densities[0].variance).squareRoot()
    return 0.1 * peak / Double(max(1, outcome.subject.dimension))
  }

  private var caption: String {
    let subject = outcome.subject
    let draws = outcome.settings.drawCount
    return "\(subject.matrixText); \(subject.subject.examplesText); \(subject.subject.policyText). \(draws) "
      + "draw\(draws == 1 ? "" : "s") of \(outcome.settings.stepCount) products, σ = "
      + "\(significant(outcome.densities[0].variance.squareRoot(), 3))."
  }

  private var bandText: String { outcome.settings.drawCount > 1 ? " Band: 95 % of the mean over draws." : "" }
}
