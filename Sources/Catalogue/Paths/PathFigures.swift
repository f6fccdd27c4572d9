import ThalwegDatasets
import ThalwegFigures
import ThalwegNetworks
import ThalwegStores
import ThalwegSurveys

/// The drawings of a path run.
struct PathFigures {
  let run: PathRun
  let result: PathResult

  /// Writes them.
  func write(to folder: RunFolder) throws {
    // Six lines of one split are as many as there are colours.
    let isTogether = isSingle || run.subjects.count == 1
    for subject in isTogether ? [run.subjects[0]] : run.subjects {
      let split = subject.settings.split.rawValue
      let shown = isTogether ? result.lines : result.lines.filter { $0.finding.split == split }
      guard shown.contains(where: { $0.points.losses.contains { $0 != nil } }) else { continue }
      try lines(shown).write(to: folder, named: isTogether ? "path" : "path-\(split)", formats: look.formats)
    }
    if result.patches.contains(where: { $0.points.losses.contains { $0 != nil } }) {
      try patches.write(to: folder, named: "patch", formats: look.formats)
    }
  }

  private var caption: String {
    let first = run.subjects[0]
    return "\(first.network.name); \(run.subjects.map(\.examplesText).joined(separator: "; ")); "
      + "\(run.policy.text(for: first))."
  }

  private var look: FigureSettings { run.settings.figures }

  private func values(_ points: [SurfacePoint]) -> ValueAxis { look.axis("loss (nats)", of: points.losses) }

  private var isSingle: Bool { run.states.count == 2 }

  private func lines(_ lines: [PathResult.Line]) -> LineFigure {
    let xs = result.coordinates
    var series = lines.map { line in
      let finding = line.finding
      return line.points.lossLine(
        name: isSingle ? "\(finding.split) loss" : finding.names.joined(separator: "–"), xs: xs)
    }
    if isSingle {
      series += lines.map { $0.points.accuracyLine(name: "\($0.finding.split) accuracy", xs: xs) }
    }
    var figure = LineFigure.slice(
      series, xLabel: isSingle ? "from A (0) to B (1)" : "from the first of two checkpoints (0) to the second (1)",
      values: values(result.lines.flatMap(\.points)))
    if !isSingle { figure.left.label = "\(lines[0].finding.split) \(figure.left.label)" }
    figure.target = 1
    let holes = lines.flatMap(\.points).holesText.map { " " + $0 } ?? ""
    figure.caption = caption + " Bands: 95 %, for the population of examples." + holes
    if !isSingle { figure.size = Size(width: 600, height: 400) }
    return figure
  }

  private var patches: ContourFigure {
    let xs = result.patchCoordinates
    let panels = result.patches.map { patch in
      var panel = SurfacePanel(
        title: run.subjects.count == 1 ? "" : "\(patch.split) loss",
        grid: ThalwegFigures.SurfaceGrid(xs: xs, ys: xs, values: patch.points.losses))
      panel.marks = zip(PathRun.names, [Point(0, 0), Point(1, 0), Point(0, 1), Point(1, 1)]).map {
        SurfaceMark($0, at: $1)
      }
      return panel
    }
    let points = result.patches.flatMap(\.points)
    let holes = points.holesText.map { " " + $0 } ?? ""
    return ContourFigure(
      panels: panels, xLabel: "from A to B, C to D", yLabel: "from A to C, B to D", values: values(points),
      caption: "Bilinear patch of four checkpoints, in general not a plane; " + caption + holes)
  }
}
