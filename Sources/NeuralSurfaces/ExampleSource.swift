import ThalwegDatasets
import ThalwegEngine

/// Hands examples of a data set to a plan, chunk by chunk, straight into the memory where they are needed.
///
/// Set up by one thread before a run, then read by all workers.
final class ExampleSource: BatchSource {
  private let labels: [Int32]
  private let copier: ExampleCopier
  private let augmentation: Augmentation?
  private(set) var indices: [Int]
  /// First of the indices that the present run sees.
  var start = 0
  /// Weight of each example in the loss.
  var weight: Float = 1
  /// Which random changes are made.
  var draw = Augmentation.Draw(seed: 0, epoch: 0)

  /// A source with the data set's own labels unless others are given.
  init(_ problem: NeuralProblem, augmentation: Augmentation?, labels: [Int32]? = nil) throws {
    self.labels = labels ?? problem.dataset.labels
    copier = try ExampleCopier(problem.dataset, normalisation: problem.normalisation)
    self.augmentation = augmentation
    indices = Array(0..<problem.dataset.count)
  }

  func setOrder(_ order: [Int]) { indices = order }

  func load(_ index: Int, rows: Range<Int>, into target: UnsafeMutableRawPointer) {
    let places = start + rows.lowerBound..<start + rows.upperBound
    switch index {
    case 0:
      indices.withUnsafeBufferPointer { indices in
        copier.copy(
          UnsafeBufferPointer(rebasing: indices[places]), augmentation: augmentation, draw: draw,
          into: target.assumingMemoryBound(to: Float.self))
      }
    case 1:
      let integers = target.assumingMemoryBound(to: Int32.self)
      for (row, place) in places.enumerated() { integers[row] = labels[indices[place]] }
    default:
      target.assumingMemoryBound(to: Float.self).update(repeating: weight, count: rows.count)
    }
  }
}
