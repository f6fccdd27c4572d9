import ThalwegDatasets
import ThalwegEngine

/// Hands examples of a data set to a plan, chunk by chunk, straight into the memory where they are needed.
///
/// Set up by one thread before a run, then read by all workers.
final class ExampleSource: BatchSource {
  private let dataset: Dataset
  private let normalisation: Normalisation
  private let augmentation: Augmentation?
  private let exampleSize: Int
  private(set) var indices: [Int]
  /// First of the indices that the present run sees.
  var start = 0
  /// Weight of each example in the loss.
  var weight: Float = 1
  /// Which random changes are made.
  var draw = Augmentation.Draw(seed: 0, epoch: 0)

  init(_ problem: NeuralProblem, augmentation: Augmentation?) {
    dataset = problem.dataset
    normalisation = problem.normalisation
    self.augmentation = augmentation
    exampleSize = dataset.exampleShape.reduce(1, *)
    indices = Array(0..<problem.dataset.count)
  }

  func setOrder(_ order: [Int]) { indices = order }

  func load(_ index: Int, rows: Range<Int>, into target: UnsafeMutableRawPointer) {
    let places = start + rows.lowerBound..<start + rows.upperBound
    switch index {
    case 0:
      indices.withUnsafeBufferPointer { indices in
        dataset.copyExamples(
          UnsafeBufferPointer(rebasing: indices[places]), normalisation: normalisation, augmentation: augmentation,
          draw: draw, into: target.assumingMemoryBound(to: Float.self))
      }
    case 1:
      let labels = target.assumingMemoryBound(to: Int32.self)
      for (row, place) in places.enumerated() { labels[row] = dataset.labels[indices[place]] }
    default:
      target.assumingMemoryBound(to: Float.self).update(repeating: weight, count: rows.count)
    }
  }
}
