import ArgumentParser
import ThalwegCatalogue
import ThalwegDatasets
import ThalwegStores

/// `thalweg evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Loss and accuracy of a checkpoint, with standard errors.",
    discussion: """
      Example: thalweg evaluate resnet20.th --network resnet20 --data cifar10:PATH --normalisation imagenet
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(help: "train or test.")
  var split = DatasetSplit.test

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() throws {
    let settings = try subject.settings(split: split)
    let subject = try Subject(settings)
    Console.warn(subject.warnings)
    let evaluation = try SubjectEvaluation(of: subject)
    if json {
      Console.line(evaluation.json.indentedText)
    } else {
      evaluation.lines.forEach(Console.line)
    }
  }
}
