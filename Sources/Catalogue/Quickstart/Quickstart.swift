import Foundation
import ThalwegFiles
import ThalwegNetworks
public import ThalwegSurfaces
import ThalwegSurveys

import enum ThalwegFigures.FigureFormat

/// Two deep networks, alike but for their skip connections, and their loss surfaces side by side.
///
/// Trains both on pictures of shapes that are drawn on the spot, surveys the loss around each along
/// filter-normalised random directions, and writes figures and a report. The report compares the two and says
/// so as well when no difference showed. Everything lies in run folders, so an interrupted quick start goes
/// on where it stopped.
///
/// Source of the experiment: Li, Xu, Taylor, Studer, Goldstein (2018), Visualizing the loss landscape of
/// neural nets, NeurIPS, section 5; with smaller networks and data.
public struct Quickstart {
  /// How large it is.
  public let settings: QuickstartSettings

  /// A quick start.
  public init(_ settings: QuickstartSettings = QuickstartSettings()) { self.settings = settings }

  /// What it is going to do.
  public var plan: [String] {
    let points = settings.surfacePoints
    return [
      "trains       \(settings.network(.withShortcuts)) and \(settings.network(.withoutShortcuts)) "
        + "on \(settings.trainCount) pictures of shapes, 16×16, \(settings.epochCount) epochs each",
      "measures     a surface of \(points)×\(points) points and \(settings.directionSeeds.count) slices of "
        + "\(settings.slicePoints) for each, and the Hessian's spectrum, over \(settings.exampleCount) training examples",
      "takes        \(settings.isShort ? "less than a minute" : "two to three minutes") on two free cores; "
        + "here \(settings.threadCount) threads",
    ]
  }

  /// Does it in the folder at `path`, or goes on with what is there.
  ///
  /// - Parameters:
  ///   - path: The folder; it need not exist, and else is empty or a quick start's.
  ///   - commandLine: The command line, for the record.
  ///   - saysPlan: Whether the observer is told the plan.
  ///   - observer: Hears how it goes, and may end it.
  /// - Returns: `nil` when the observer asked for an end.
  /// - Throws: ``ForeignFolder`` for a folder with other things in it, ``OtherRun`` for a quick start of another
  ///   size, and errors of training, surveys and files.
  public func run(
    in path: String, commandLine: [String] = [], saysPlan: Bool = false, observer: any RunObserver
  ) throws -> QuickstartOutcome? {
    try check(path)
    if saysPlan { plan.forEach(observer.say) }
    var arms: [QuickstartOutcome.Arm] = []
    for arm in QuickstartArm.allCases {
      observer.say("\(arm.title): training")
      let folder = Quickstart.runFolder(arm, in: path)
      let training = try TrainingRun(settings.training(arm))
      let trained = try training.run(
        in: folder, commandLine: commandLine, saysPlan: false, observer: observer)
      guard trained.ending == .finished else { return nil }

      observer.say("\(arm.title): surface and slices")
      var subject = SubjectSettings(checkpoint: folder)
      subject.limit = settings.exampleCount
      subject.threadCount = settings.threadCount
      let measured = try Subject(subject)
      let coordinates = settings.axis(count: settings.surfacePoints)
      let surface = try survey(
        measured, seed: settings.directionSeeds[0], axes: [coordinates, coordinates],
        in: folder + "-surface", commandLine, observer)
      guard surface.ending == .finished else { return nil }
      var slices: [SurveyResult] = []
      for seed in settings.directionSeeds {
        let slice = try survey(
          measured, seed: seed, axes: [settings.axis(count: settings.slicePoints)],
          in: folder + "-slice-\(seed)", commandLine, observer)
        guard slice.ending == .finished else { return nil }
        slices.append(slice)
      }
      observer.say("\(arm.title): spectrum of the Hessian")
      guard
        let spectrum = try self.spectrum(
          measured, in: folder + "-spectrum", commandLine, observer)
      else { return nil }
      arms.append(
        QuickstartOutcome.Arm(
          arm: arm, network: training.network.name, parameterCount: training.network.space.parameterCount,
          course: trained.course, surface: surface, slices: slices, spectrum: spectrum))
    }
    let outcome = QuickstartOutcome(settings: settings, arms: arms)
    try QuickstartFigures(outcome).write(to: path)
    try atomicWrite(path + "/report.md", QuickstartReport(outcome).text)
    return outcome
  }

  private static func runFolder(_ arm: QuickstartArm, in path: String) -> String {
    "\(path)/runs/\(arm.rawValue)"
  }

  /// Looks at the folder before anything is written into it.
  private func check(_ path: String) throws {
    guard let names = try ForeignFolder.names(in: path), !names.isEmpty else { return }
    // The first thing that a quick start writes is the run of its first network.
    guard let first = QuickstartArm.allCases.first,
      FileManager.default.fileExists(atPath: Quickstart.runFolder(first, in: path))
    else { throw ForeignFolder(path: path, found: names[0]) }
    for arm in QuickstartArm.allCases {
      try TrainingRun(settings.training(arm)).check(Quickstart.runFolder(arm, in: path))
    }
  }

  private func spectrum(
    _ subject: Subject, in path: String, _ commandLine: [String], _ observer: any RunObserver
  ) throws -> SpectrumOutcome? {
    var options = SpectrumSettings()
    options.drawCount = settings.spectrumDraws
    options.stepCount = settings.spectrumSteps
    options.usesLastOnly = true
    options.isLogarithmic = true  // The networks' largest eigenvalues differ by powers of ten.
    let run = try SpectrumRun(try CurvatureSubject(subject, CurvatureSettings()), options)
    return try run.run(in: path, commandLine: commandLine, saysPlan: false, observer: observer)
  }

  private func survey(
    _ subject: Subject, seed: UInt64, axes: [Axis], in path: String, _ commandLine: [String],
    _ observer: any RunObserver
  ) throws -> SurveyResult {
    let run = try SurveyRun(
      subject, SurveySettings(directions: .random(RandomDirection(seed: seed)), axes: axes))
    let results = try run.run(in: path, commandLine: commandLine, saysPlan: false, observer: observer)
    return results[0]  // One policy, one result.
  }
}

/// What the quick start found.
public struct QuickstartOutcome: Sendable {
  /// What was found for one network.
  public struct Arm: Sendable {
    /// Which one it is.
    public let arm: QuickstartArm
    /// The network's name.
    public let network: String
    /// Number of its parameters.
    public let parameterCount: Int
    /// Its training.
    public let course: TrainingCourse
    /// The surface around it.
    public let surface: SurveyResult
    /// The slices through it, one for each seed.
    public let slices: [SurveyResult]
    /// The spectrum of its Hessian.
    public let spectrum: SpectrumOutcome

    /// Roughness of the loss: mean over the slices, with its standard error.
    public var roughness: Estimate { Roughness.mean(of: slices.map(\.roughness)) }

    /// Share of the triples of neighbouring points of a slice along which the loss is not convex.
    public var nonConvexShare: Estimate { Estimate(meanOf: slices.map(\.roughness.nonConvexShare)) }
  }

  /// How large it was.
  public let settings: QuickstartSettings
  /// The network with shortcuts, then the one without.
  public let arms: [Arm]

  /// The files to open, best first, relative to the folder.
  public var files: [String] {
    ["report.md"]
      + ["surfaces", "contours", "slices", "spectra", "training"].map { "\($0).\(settings.pictureFormat.rawValue)" }
  }
}
