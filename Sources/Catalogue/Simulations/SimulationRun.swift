import ThalwegDeformations
import ThalwegFiles
import ThalwegStores

/// Walks down a formula, with and without a deformation, that leave figures and tables in a folder.
///
/// ```swift
/// let settings = try SimulationSettings(SimulationSurface("fig1"))
/// let outcome = try SimulationRun(settings).run(in: "simulations/fig1")
/// print(outcome.walks.map(\.end.loss))
/// ```
///
/// Source: Chen, Jin, Du, Li, Liu, Deforming the Loss Surface, figures 1 and 5 and Theorem 2.
public struct SimulationRun {
  /// What is to be done.
  public let settings: SimulationSettings

  /// A run of checked settings.
  ///
  /// - Throws: ``SettingError``.
  public init(_ settings: SimulationSettings) throws(SettingError) {
    try settings.validate()
    self.settings = settings
  }

  /// The plan in a few lines.
  public var plan: [String] {
    let start = settings.start.map { significant($0, 6) }.joined(separator: ", ")
    let formula = settings.surface.published == nil ? "" : ", \(settings.surface.formula)"
    return [
      "surface      \(settings.surface)\(formula)",
      settings.minimiser.map { "descent      at most \(settings.stepCount) steps from (\(start)), \($0)" }
        ?? "descent      \(settings.stepCount) steps from (\(start)), \(settings.schedule)",
    ] + (settings.minimiser == nil ? ["             \(settings.optimiser)"] : [])
      + settings.deformation.cautions.map { "             caution: \($0)" }
  }

  /// Walks, and writes `walks.csv`, `walks.json`, the figures and the report to the folder at `path`.
  ///
  /// - Throws: ``OtherRun`` where the folder holds a run with other settings, and errors of files.
  public func run(in path: String, commandLine: [String] = []) throws -> SimulationOutcome {
    let description = RunDescription(
      kind: "simulate", options: settings.options, seeds: ["deformation": settings.seed], commandLine: commandLine,
      versions: Machine.versions, machine: Machine.description)
    try RunFolder.checkIdentity(path, description)
    let outcome = try SimulationOutcome(of: settings)
    let folder = try RunFolder.openOrMake(path, description)
    defer { folder.close() }
    for (index, walk) in outcome.walks.enumerated() {
      try folder.facts.set("walk \(index): \(walk.name)", to: outcome.summary(of: index))
    }
    try atomicWrite(path + "/walks.csv", outcome.csv)
    try atomicWrite(path + "/walks.json", outcome.json.indentedText + "\n")
    try SimulationFigures(outcome: outcome).write(to: folder)
    try RunReport(
      of: folder, title: "Walks down \(settings.surface)",
      reading:
        "Each walk descends the formula or a deformation of it; points, losses and gradients are those of the formula "
        + "itself.", findings: outcome.lines, plan: plan
    ).write(to: folder)
    try folder.finish()
    return outcome
  }
}
