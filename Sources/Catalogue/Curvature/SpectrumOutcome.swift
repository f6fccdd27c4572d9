public import ThalwegSpectra
public import ThalwegStores

/// The spectrum of one checkpoint.
public struct CheckpointSpectrum: Sendable {
  /// The checkpoint's file.
  public let path: String
  /// Epochs of training; `nil` for a checkpoint that is looked at alone.
  public let epoch: Int?
  /// The loss there, in nats.
  public let loss: Double
  /// The gradient's length there.
  public let gradientNorm: Double
  /// The draws in the order of their numbers.
  public let draws: [QuadratureDraw]
  /// What they say in numbers.
  public let summary: SpectrumSummary
  /// The share of the gradient's energy in the top eigenspace, if asked for.
  public let energy: TopShare?
  /// The overlap of the gradient covariance's top eigenspace with the matrix's, if asked for.
  public let overlap: TopShare?
  /// The comparison with the limit of stability, where the rate is known.
  public let stability: StabilityCheck?

  /// The best bound known of the largest eigenvalue.
  public var largest: Double { max(energy?.eigenvalues.first ?? -.infinity, summary.largestNode) }

  /// A few lines for people.
  var lines: [String] {
    var lines = summary.lines
    if let stability { lines.append("stability    " + stability.text(largest: largest)) }
    if let energy {
      lines.append("energy       \(energy.text) of the gradient's energy in the top \(energy.count) eigenvectors")
      lines.append(
        "             λ₁ by a search \(significant(energy.eigenvalues.first ?? .nan, 8)), residual "
          + significant(energy.residuals.first ?? .nan, 2))
    }
    if let overlap {
      lines.append("overlap      \(overlap.text) of the matrix's top \(overlap.count) space lie in the covariance's")
    }
    lines.append("point        loss \(significant(loss)) nats, gradient of length \(significant(gradientNorm))")
    return lines
  }

  /// All of it as JSON.
  var json: JSONValue {
    get throws(StoreError) {
      var fields: [String: JSONValue] = [
        "path": .string(path), "epoch": epoch.map { .integer(Int128($0)) } ?? .null, "loss": .number(loss),
        "gradientNorm": .number(gradientNorm), "summary": try JSONValue(encoding: summary),
        "draws": try JSONValue(encoding: draws), "largest": .number(largest),
      ]
      if let energy { fields["energy"] = try JSONValue(encoding: energy) }
      if let overlap { fields["overlap"] = try JSONValue(encoding: overlap) }
      if let stability { fields["stability"] = try stability.json(largest: largest) }
      return .object(fields)
    }
  }
}

/// The spectra of one checkpoint, or of all of a training run.
public struct SpectrumOutcome: Sendable {
  /// What was looked at.
  public let subject: CurvatureSubject
  /// How.
  public let settings: SpectrumSettings
  /// The spectra by ascending epoch.
  public let spectra: [CheckpointSpectrum]
  /// The densities of ``spectra``, on one axis.
  public let densities: [SpectralDensity]
  /// Seconds of a product on average.
  public let secondsPerProduct: Double?

  init(
    _ subject: CurvatureSubject, _ settings: SpectrumSettings, _ spectra: [CheckpointSpectrum],
    secondsPerProduct: Double?
  ) {
    self.subject = subject
    self.settings = settings
    self.spectra = spectra
    self.secondsPerProduct = secondsPerProduct
    let extent = spectra.flatMap(\.draws).extent
    let (axis, variance) = (settings.axis(for: extent), settings.variance(for: extent))
    densities = spectra.map { SpectralDensity(draws: $0.draws, axis: axis, variance: variance) }
  }

  /// A few lines for people.
  public var lines: [String] {
    var lines: [String] = []
    if spectra.count == 1 {
      lines = spectra[0].lines
    } else {
      let energyTitle = settings.energyCount.map { "   energy in top \($0) (%)" } ?? ""
      lines.append(
        "epoch            loss             λ₁ (± one standard error)      below −σ (%)   λ₁/limit" + energyTitle)
      for spectrum in spectra {
        let summary = spectrum.summary
        let negative = summary.clearlyNegativeShare
        let share = spectrum.stability.map { (spectrum.largest + $0.weightDecay) / $0.limit }
        lines.append(
          rightAligned(spectrum.epoch.map(String.init) ?? "–", 5)
            + rightAligned(significant(spectrum.loss, 5), 16)
            + rightAligned(uncertainText(summary.largest), 29)
            + rightAligned(uncertainText(100 * negative.value, negative.standardError.map { 100 * $0 }), 22)
            + rightAligned(share.map { significant($0, 3) } ?? "–", 11)
            + (settings.energyCount == nil
              ? "" : rightAligned(spectrum.energy.map { fixed(100 * $0.share, 2) } ?? "–", energyTitle.count)))
      }
    }
    lines.append("density      \(densityText)")
    if let secondsPerProduct { lines.append("rate         \(secondsText(secondsPerProduct)) a product") }
    return lines
  }

  private var densityText: String {
    let density = densities[0]
    let count = density.axis.points.count
    var text = "\(count) points, σ = \(significant(density.variance.squareRoot(), 3))"
    let mass = densities.map(\.mass).max { abs($0 - 1) < abs($1 - 1) } ?? 1
    if settings.isLogarithmic {
      text += ", on both sides of zero from \(significant(density.variance.squareRoot() / 10, 2)) on"
    } else {
      text += ", mass \(significant(mass, 5))"
      // A hundredth: what an area read off a figure cannot tell.
      if abs(mass - 1) > 0.01 { text += ": the points are too far apart for the kernel, raise --grid" }
    }
    return text
  }

  /// All of it as JSON.
  public var json: JSONValue {
    get throws(StoreError) {
      var fields = subject.json
      fields["secondsPerProduct"] = secondsPerProduct.map { .number($0) } ?? .null
      fields["steps"] = .integer(Int128(settings.stepCount))
      fields["spectra"] = .array(
        try spectra.map { spectrum throws(StoreError) in try spectrum.json })
      return .object(fields)
    }
  }

  /// The densities as comma-separated values.
  var csv: String {
    var text = spectra.count > 1 ? "epoch," : ""
    text += "eigenvalue,density,standard_error\n"
    for (spectrum, density) in zip(spectra, densities) {
      let prefix = spectra.count > 1 ? "\(spectrum.epoch ?? 0)," : ""
      for (index, point) in density.axis.points.enumerated() {
        let error = density.standardErrors.map { "\($0[index])" } ?? ""
        text += "\(prefix)\(point),\(density.values[index]),\(error)\n"
      }
    }
    return text
  }
}
