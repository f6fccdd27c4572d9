import ThalwegCheckpoints
import ThalwegNetworks
import ThalwegSurfaces

extension CurvatureSubject {
  /// A vector over the selected parameters as tensors with the parameters' names, in single precision.
  func namedTensors(_ vector: [Double], prefix: String = "") -> [NamedTensor] {
    var start = 0
    return tensors.map { entry, range in
      defer { start += range.count }
      return NamedTensor(
        name: prefix + entry.name, shape: entry.shape,
        values: .float32(vector[start..<start + range.count].map { Float($0) }))
    }
  }

  /// Writes a vector over the selected parameters as a safetensors file.
  func writeVector(_ vector: [Double], to path: String, metadata: [String: String]) throws {
    var metadata = metadata
    metadata["thalweg.network"] = subject.network.name
    try Checkpoint.writeSafetensors(namedTensors(vector), metadata: metadata, to: path)
  }
}
