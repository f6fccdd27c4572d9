import ThalwegEngine
import ThalwegFigures
import ThalwegSurfaces
import ThalwegSurveys

/// The account of a quick start. Its sentences follow from the numbers.
struct QuickstartReport {
  private let outcome: QuickstartOutcome

  init(_ outcome: QuickstartOutcome) { self.outcome = outcome }

  /// All of it, as Markdown.
  var text: String {
    """
    # Loss surfaces with and without shortcuts

    Two residual networks of depth \(QuickstartSettings.depth), alike but for their skip connections, were \
    trained in the same way on the same data: pictures of ten kinds of shapes, drawn from a seed.

    ![Both surfaces](surfaces.\(picture))

    ## What was seen

    \(findings.map { "* " + $0 }.joined(separator: "\n"))

    ## Numbers

    \(table)

    ± is one standard error: of the mean over \(outcome.settings.directionSeeds.count) random directions for \
    roughness, of the test examples as a sample of their population for accuracy. Training losses and \
    accuracies are means over the last epoch's minibatches.

    Roughness says how much of a slice's range is bending forth and back: twice the smaller of the sums of \
    upward and downward second differences of the loss, over the number of triples of neighbouring points \
    times the range. It is 0 for every convex bowl, however steep. The non-convex share counts the triples \
    with a downward bend; it knows no sizes, so high corners don't rule it. Both depend on the spacing \
    of the points.

    ![Spectra of both Hessians](spectra.\(picture))

    Contours: [contours.\(picture)](contours.\(picture)). Slices: [slices.\(picture)](slices.\(picture)). Training: \
    [training.\(picture)](training.\(picture)). \(formatsText) Points and tables are in `runs/`.

    ## Settings

    \(settingsLines.map { "* " + $0 }.joined(separator: "\n"))

    One network of each kind was trained, with one seed: the errors don't include how much the result varies \
    from training to training.

    """
  }

  private var picture: String { outcome.settings.pictureFormat.rawValue }

  private var formatsText: String {
    let others = outcome.settings.formats.filter { $0 != outcome.settings.pictureFormat }.map {
      $0.rawValue.uppercased()
    }
    return others.isEmpty ? "" : "Every figure is there as \(others.joined(separator: " and ")) as well."
  }

  // MARK: - Findings

  private var findings: [String] {
    let (first, second) = (outcome.arms[0], outcome.arms[1])
    return outcome.arms.map(trainingSentence)
      + [
        Comparison(
          quantity: "The roughness of the loss along random directions", first: first.roughness,
          second: second.roughness
        ).sentence,
        Comparison(
          quantity: "The share of non-convex triples along random directions", first: first.nonConvexShare,
          second: second.nonConvexShare
        ).sentence,
        rangeSentence, curvatureSentence,
      ]
  }

  private func trainingSentence(_ arm: QuickstartOutcome.Arm) -> String {
    guard let last = arm.course.last, let train = last.trainAccuracy, let test = last.testAccuracy else {
      return "The network \(arm.arm.title) has no measured accuracy."
    }
    // Ten balanced classes: chance is a tenth.
    let verdict =
      train < 0.2
      ? "hardly trained at all (its accuracy is close to chance, 10 %, so its surface says little about "
        + "trained networks)"
      : train < 0.9 ? "trained in part" : "trained well"
    let accuracy = estimateText(100 * test, last.testAccuracyError.map { 100 * $0 }, 1)
    return "The network \(arm.arm.title) \(verdict): \(fixed(100 * train, 1)) % of training examples correct "
      + "in the last epoch, \(accuracy) % of test examples."
  }

  private var rangeSentence: String {
    let parts = outcome.arms.map { arm in
      let losses = arm.surface.losses.compactMap { $0 }
      let holes = arm.surface.divergedCount
      return "\(arm.arm.title) from \(fixed(losses.min() ?? .nan, 3)) to \(fixed(losses.max() ?? .nan, 3))"
        + (holes > 0 ? " (\(holes) points diverged)" : "")
    }
    return "Over the plane the loss goes \(parts.joined(separator: ", and ")) nats; guessing costs 2.303."
  }

  private var curvatureSentence: String {
    let parts = outcome.arms.map { arm in
      let summary = arm.spectrum.spectra[0].summary
      return "\(arm.arm.title) from \(significant(summary.smallestNode, 3)) to \(significant(summary.largestNode, 3))"
    }
    return "At the trained networks the Hessian's eigenvalues reach \(parts.joined(separator: ", and "))."
  }

  // MARK: - Numbers

  private var table: String {
    func row(_ name: String, _ cell: (QuickstartOutcome.Arm) -> String) -> String {
      "| \(name) | " + outcome.arms.map(cell).joined(separator: " | ") + " |"
    }
    func text(_ estimate: Estimate) -> String {
      estimateText(estimate.value, estimate.standardError, 5)
    }
    return [
      row("") { $0.arm.title },
      "| --- | ---: | ---: |",
      row("network") { "`\($0.network)`" },
      row("parameters") { "\($0.parameterCount)" },
      row("training loss") { fixed($0.course.last?.trainLoss ?? .nan, 4) },
      row("training accuracy") { fixed(100 * ($0.course.last?.trainAccuracy ?? .nan), 2) + " %" },
      row("test loss") {
        estimateText($0.course.last?.testLoss ?? .nan, $0.course.last?.values["testLossError"], 4)
      },
      row("test accuracy") {
        estimateText(
          100 * ($0.course.last?.testAccuracy ?? .nan), $0.course.last?.testAccuracyError.map { 100 * $0 }, 2)
          + " %"
      },
      row("roughness") { text($0.roughness) },
      row("roughness of each slice") { arm in
        arm.slices.map { fixed($0.roughness.value, 5) }.joined(separator: ", ")
      },
      row("non-convex share") { text($0.nonConvexShare) },
      row("largest eigenvalue of the Hessian") { uncertainText($0.spectrum.spectra[0].summary.largest) },
      row("smallest eigenvalue") { uncertainText($0.spectrum.spectra[0].summary.smallest) },
      row("diverged points of the surface") { "\($0.surface.divergedCount) of \($0.surface.points.count)" },
    ].joined(separator: "\n")
  }

  private var settingsLines: [String] {
    let settings = outcome.settings
    let training = settings.training(.withShortcuts)
    return [
      "data: `\(settings.data)`, normalisation `\(training.normalisation)`, augmentation "
        + "`\(training.augmentation)`",
      "training: \(settings.epochCount) epochs, batches of \(settings.batchSize), `\(settings.schedule)`, "
        + "`\(training.optimiser)`, seed \(training.seed)",
      "surfaces: \(settings.surfacePoints)×\(settings.surfacePoints) points over −1…1, directions of seed "
        + "\(settings.directionSeeds[0]); slices: \(settings.slicePoints) points over −1…1, seeds "
        + settings.directionSeeds.map(String.init).joined(separator: ", "),
      "directions: normalised by filter; biases and batch-norm entries don't move; running statistics",
      "spectra: stochastic Lanczos quadrature, draws of \(settings.spectrumSteps) products, "
        + "\(settings.spectrumDraws) for each network",
      "losses: means over the first \(settings.exampleCount) training examples, the same at every point",
      "thalweg \(Machine.version), \(training.precision.rawValue), \(settings.threadCount) threads",
    ]
  }
}
