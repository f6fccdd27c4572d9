import ThalwegCheckpoints
import ThalwegDatasets
import ThalwegExchange
import ThalwegFiles
import ThalwegStores

extension FuzzReader {
  // MARK: - Data sets

  static func dataReaders() -> [FuzzReader] {
    func idx(_ extents: [UInt8], _ values: [UInt8]) -> [UInt8] {
      [0, 0, 8, UInt8(extents.count)] + extents.flatMap { [0, 0, 0, $0] } + values
    }
    let images = idx([3, 4, 5], (0..<60).map { UInt8($0 * 4) })
    let labels = idx([3], [7, 0, 9])
    let record = (0..<3072).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let digits = (0..<3).map { row in
      (0..<64).map { "\(($0 * 7 + row) % 17)" }.joined(separator: ",") + ",\(row)\n"
    }.joined()
    return [
      FuzzReader("idx-images", [images, deflated(images, wrapper: .gzip)]) { bytes in
        _ = try IDXReader.dataset(
          images: FileBytes(name: "images", bytes: bytes), labels: FileBytes(name: "labels", bytes: labels), name: "x")
      },
      FuzzReader("idx-labels", [labels, deflated(labels, wrapper: .gzip)]) { bytes in
        _ = try IDXReader.dataset(
          images: FileBytes(name: "images", bytes: images), labels: FileBytes(name: "labels", bytes: bytes), name: "x")
      },
      FuzzReader("cifar10", [[3] + record + [9] + record]) { bytes in
        _ = try CIFARReader.cifar10.dataset(FileBytes(name: "batch.bin", bytes: bytes))
      },
      FuzzReader("cifar100", [[3, 99] + record]) { bytes in
        _ = try CIFARReader.cifar100.dataset(FileBytes(name: "train.bin", bytes: bytes))
      },
      FuzzReader("optdigits", [Array(digits.utf8)]) { bytes in
        _ = try CSVReader.optdigits(FileBytes(name: "optdigits.tra", bytes: bytes), name: "x")
      },
      FuzzReader("csv", [Array("a,b,class\n1,2.5,0\n-3e-4,4,2\n".utf8), Array("\u{FEFF}1, 2,0\r\n3,4,1\r\n".utf8)]) {
        _ = try CSVReader.dataset(FileBytes(name: "train.csv", bytes: $0), name: "x")
      },
    ]
  }

  // MARK: - Checkpoints

  static func checkpointReaders() throws -> [FuzzReader] {
    let tensors = [
      NamedTensor(name: "conv.weight", shape: [2, 1, 2, 2], values: .float32((0..<8).map { Float($0) / 3 })),
      NamedTensor(name: "bn.running_mean", shape: [2], values: .float64([0.5, -1])),
      NamedTensor(name: "bn.num_batches_tracked", shape: [], values: .int64([7])),
    ]
    let plain = try Checkpoint.safetensorsBytes(tensors)
    let labelled = try Checkpoint.safetensorsBytes(tensors, metadata: ["thalweg.network": "lenet", "note": "é \"x\""])
    @Sendable func read(_ bytes: [UInt8]) throws {
      let checkpoint = try Checkpoint(FileBytes(name: "model", bytes: bytes))
      for tensor in checkpoint.tensors { _ = tensor.values.floats }
    }
    return [
      FuzzReader("safetensors", [plain, labelled], read),
      FuzzReader("torch-old", [TorchSamples.old], read),
      FuzzReader("torch-zip", [try TorchSamples.zip()], read),
    ]
  }

  // MARK: - Surfaces of other programs

  static func exchangeReaders() throws -> [FuzzReader] {
    let axes = [
      SurfaceAxis(name: "y", coordinates: [-0.5, 0.1, 2]), SurfaceAxis(name: "x", coordinates: [-1, -0.3, 0.1, 2]),
    ]
    let count = 12
    let surface = try ExchangedSurface(
      axes: axes,
      columns: [
        .loss: (0..<count).map { $0 == 5 ? .nan : Double($0) / 7 }, .standardError: (0..<count).map { Double($0) / 90 },
        .correctCount: (0..<count).map(Double.init), .exampleCount: [Double](repeating: 50, count: count),
        .other("largestEigenvalue"): (0..<count).map { Double($0) * 11 },
      ], split: .train, source: "sample")
    let line = try ExchangedSurface(axes: [axes[1]], columns: [.loss: [3, 1, 2, 4]], split: .test, source: "sample")
    let table = """
      y,x,state,loss,standard_error,correct_count,example_count
      0.0,-1.0,measured,2.5,0.125,3,4
      0.0,1.0,diverged,,,,
      1e-3,-1.0,measured,0.3333333333333333,,2,4
      1e-3,1.0,pending,,,,

      """
    func read(_ format: ExchangeFormat) -> @Sendable ([UInt8]) throws -> Void {
      { bytes in
        let surface = try ExchangedSurface(FileBytes(name: "surface.\(format.rawValue)", bytes: bytes), format: format)
        for position in surface.states.indices { _ = surface.point(position) }
      }
    }
    return [
      FuzzReader("h5", [try LossLandscapeFile.bytes(surface), try LossLandscapeFile.bytes(line)], read(.h5)),
      FuzzReader("npz", [try NumPySurfaceFile.bytes(surface), try NumPySurfaceFile.bytes(line)], read(.npz)),
      FuzzReader("npy", [NumPyArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]).bytes]) { bytes in
        _ = try NumPyArray(FileBytes(name: "x.npy", bytes: bytes))
      },
      FuzzReader("csv-surface", [Array(table.utf8), Array("x,loss\n1,2\n\"2\",3\n".utf8)], read(.csv)),
    ]
  }
}
