import Foundation
import ThalwegCheckpoints
import ThalwegDatasets
import ThalwegNetworks
import ThalwegSurfaces

/// The shared folder of data and reference numbers beside the repository; absent on most machines.
enum SharedFolder {
  static let path = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared").path

  static let golden = "\(path)/golden/resnet20-cifar10.json"
  static let checkpoint = "\(path)/data/checkpoints/resnet20-12fca82f.th"
  static let images = "\(path)/data/cifar-10"

  static let isPresent = [golden, checkpoint, images].allSatisfy { FileManager.default.fileExists(atPath: $0) }
}

/// The reference numbers of independent software. Property names are those of the file.
struct GoldenNumbers: Decodable {
  struct WholeSet: Decodable {
    let mean_cross_entropy_float32: Double
    let correct: Int
  }
  struct Policy: Decodable {
    let loss: Double
    let gradient_norm: Double
    let gradient_dot_d: Double
    let gradient_norm_by_tensor: [String: Double]
    let d_H_d: Double
    let e_H_d: Double
    let norm_Hd: Double
    let Hd_first5: [Double]
    let Hd_last5: [Double]
  }
  struct Trace: Decodable {
    let mean: Double
    let standard_error: Double
  }
  struct Eigenvalues: Decodable {
    let largest: [Double]
    let smallest: [Double]
  }
  struct Slice: Decodable {
    struct Point: Decodable {
      let alpha: Double
      let beta: Double
      let loss: Double
      let correct: Int
    }
    let points: [Point]
  }
  let test_batch_all_10000_eval: WholeSet
  let eval_batchnorm: Policy
  let train_batchnorm: Policy
  let filter_normalised_slice: Slice
  let hessian_trace_eval_batchnorm: Trace
  let hessian_extreme_eigenvalues_eval_batchnorm: Eigenvalues

  static func read() throws -> GoldenNumbers {
    try JSONDecoder().decode(GoldenNumbers.self, from: Data(contentsOf: URL(filePath: SharedFolder.golden)))
  }
}

/// The trained network of the reference numbers.
struct GoldenModel {
  let network: Network
  let state: ModelState

  init() throws {
    network = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    let checkpoint = try Checkpoint.read(SharedFolder.checkpoint)
    var (parameters, buffers): ([Float], [Float]) = ([], [])
    for entry in network.space.entries {
      guard let tensor = checkpoint[entry.name], tensor.shape == entry.shape else {
        throw NetworkError.unknownNetwork("the checkpoint lacks \(entry.name)")
      }
      let values = tensor.values.floats
      if entry.role.isTrainable { parameters += values } else { buffers += values }
    }
    state = ModelState(
      space: network.space, parameters: ModelVector(parameters), buffers: ModelVector(buffers))
  }

  /// A split of CIFAR-10.
  static func images(_ split: DatasetSplit) throws -> Dataset {
    try DatasetSource("cifar10:\(SharedFolder.images)").load(split: split)
  }

  /// The reference's directions: `function(i)` for `i = 1, 2, …`, normalised.
  func direction(_ function: (Double) -> Double) -> [Double] {
    let raw = (1...network.space.parameterCount).map { function(Double($0)) }
    let norm = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return raw.map { $0 / norm }
  }

  /// A direction whose filters have the norms of the network's, and whose vectors are zero.
  ///
  /// Source: Li, Xu, Taylor, Studer, Goldstein (2018), Visualizing the loss landscape of neural nets.
  func filterNormalised(_ direction: [Double]) -> ModelVector {
    var result = [Double](repeating: 0, count: direction.count)
    for (entry, range) in network.space.parameters where entry.shape.count > 1 {
      let size = range.count / entry.shape[0]
      for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
        let filter = start..<start + size
        let norm = filter.reduce(0) { $0 + direction[$1] * direction[$1] }.squareRoot()
        let factor = state.parameters.norm(over: filter) / norm
        for i in filter { result[i] = factor * direction[i] }
      }
    }
    return ModelVector(result)
  }
}
