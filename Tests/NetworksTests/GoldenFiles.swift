import Foundation
import ThalwegCheckpoints
import ThalwegGraphs
import ThalwegSurfaces

/// The shared folder of data and reference numbers beside the repository; absent on most machines.
enum SharedFolder {
  static let path = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared").path

  static let golden = "\(path)/golden/resnet20-cifar10.json"
  static let checkpoint = "\(path)/data/checkpoints/resnet20-12fca82f.th"
  static let images = "\(path)/data/cifar-10/data_batch_1.bin"

  static let isPresent = [golden, checkpoint, images].allSatisfy {
    FileManager.default.fileExists(atPath: $0)
  }
}

/// Whether plain loops were compiled with optimisation; without it 256 images take hours.
let isOptimised: Bool = {
  #if DEBUG
    false
  #else
    true
  #endif
}()

/// The reference numbers of independent software.
struct GoldenNumbers: Decodable {
  struct Normalisation: Decodable {
    let mean: [Double]
    let std: [Double]
  }
  struct Policy: Decodable {
    let loss: Double
    let gradient_norm: Double
    let gradient_dot_d: Double
    let d_H_d: Double
    let e_H_d: Double
    let norm_Hd: Double
    let Hd_first5: [Double]
    let Hd_last5: [Double]
    let gradient_norm_by_tensor: [String: Double]
  }
  let normalisation: Normalisation
  let eval_batchnorm: Policy
  let train_batchnorm: Policy

  static func read() throws -> GoldenNumbers {
    try JSONDecoder().decode(GoldenNumbers.self, from: Data(contentsOf: URL(filePath: SharedFolder.golden)))
  }

  /// The names of the parameters in the order of the file, which a decoded dictionary has lost.
  static func parameterNames() throws -> [String] {
    let text = try String(contentsOfFile: SharedFolder.golden, encoding: .utf8)
    guard let start = text.range(of: "\"gradient_norm_by_tensor\": {"),
      let end = text.range(of: "}", range: start.upperBound..<text.endIndex)
    else { return [] }
    return text[start.upperBound..<end.lowerBound].split(separator: ",").compactMap { line in
      line.split(separator: "\"").dropFirst().first.map(String.init)
    }
  }
}

/// The first records of a file of CIFAR-10's binary version: a label byte, then 3072 planar bytes.
struct CIFARRecords {
  let images: Tensor
  let labels: Tensor

  init(_ path: String, count: Int, _ normalisation: GoldenNumbers.Normalisation) throws {
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
    var values: [Double] = []
    var labels: [Int32] = []
    for record in 0..<count {
      labels.append(Int32(bytes[record * 3073]))
      for pixel in 0..<3072 {
        let channel = pixel / 1024
        values.append(
          (Double(bytes[record * 3073 + 1 + pixel]) / 255 - normalisation.mean[channel])
            / normalisation.std[channel])
      }
    }
    images = Tensor([count, 3, 32, 32], values)
    self.labels = Tensor([count], indices: labels)
  }
}

extension Checkpoint {
  /// The tensors of `space`, widened to `Double`; `nil` where a name or shape is not that of the space.
  func tensors(of space: StateSpace) -> [String: Tensor]? {
    var result: [String: Tensor] = [:]
    for entry in space.entries {
      guard let tensor = self[entry.name], tensor.shape == entry.shape else { return nil }
      result[entry.name] = Tensor(Shape(entry.shape), tensor.values.floats.map(Double.init))
    }
    return result
  }
}
