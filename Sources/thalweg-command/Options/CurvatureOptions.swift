import ArgumentParser
import ThalwegCatalogue
import ThalwegDatasets

/// The options that say which curvature is looked at, common to all commands of curvature.
struct CurvatureOptions: ParsableArguments {
  @Option(name: .customLong("operator"), help: "hessian, gauss-newton, fisher, empirical-fisher, covariance.")
  var matrix = CurvatureMatrix.hessian

  @Option(parsing: .unconditional, help: "Labels drawn an example for --operator fisher. Default: 1.")
  var labels: Int?

  @Option(help: "all, or a list: filters, norms, dense, biases, beginnings of names.")
  var parameters = "all"

  @Option(parsing: .unconditional, help: "Seed of everything random.")
  var seed: UInt64 = 1

  @Option(help: "Bound on kept first-order values, such as 500M.")
  var memory = "2G"

  @Option(help: "train or test.")
  var split = DatasetSplit.train

  @Flag(help: "Print JSON; plan and progress go to standard error.")
  var json = false

  /// The settings of the matrix.
  func settings() throws -> CurvatureSettings {
    if labels != nil && matrix != .fisher {
      throw UsageError("--labels and --operator \(matrix.rawValue) contradict each other: no labels are drawn")
    }
    var settings = CurvatureSettings()
    settings.matrix = matrix
    settings.labelCount = labels ?? 1
    settings.parameters = try ParameterSelection(parameters)
    settings.seed = seed
    try settings.validate()
    return settings
  }

  /// Checkpoint, data and matrix, read and checked; warnings are said.
  func subject(_ options: SubjectOptions, _ settings: CurvatureSettings) throws -> CurvatureSubject {
    var subject = try options.settings(split: split)
    subject.keptBytes = try OptionText.bytes(memory, option: "memory")
    let read = try Subject(subject)
    Console.warn(read.warnings)
    return try CurvatureSubject(read, settings)
  }
}

extension OptionText {
  /// A size of memory such as `2G`, `500M`, `64K` or a number of bytes. Powers of 1000 are meant.
  static func bytes(_ text: String, option: String) throws -> Int {
    let factors: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
    let factor = text.last.flatMap { factors[$0] }
    let number = Double(factor == nil ? text : String(text.dropLast()))
    guard let number, case let bytes = number * (factor ?? 1), bytes >= 0, bytes < 1e18 else {
      throw UsageError("--\(option): found \(text), expected a size of memory such as 2G or 500M")
    }
    return Int(bytes)
  }
}
