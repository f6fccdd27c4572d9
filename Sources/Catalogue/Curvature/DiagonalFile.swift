import Foundation
import ThalwegCheckpoints
import ThalwegFiles
import ThalwegNetworks
import ThalwegSpectra
import ThalwegSurfaces

/// A diagonal as it lies in a file, rounded to single precision.
struct StoredDiagonal {
  /// The entries.
  let values: [Double]
  /// Their standard errors; `nil` with one probe.
  let standardErrors: [Double]?
}

/// The file of a matrix's diagonal in a run's folder: tensors named like the parameters, and like them with
/// `standard_error.` before the name.
struct DiagonalFile {
  static let name = "diagonal.safetensors"
  private static let errorPrefix = "standard_error."

  private let subject: CurvatureSubject
  private let path: String

  init(subject: CurvatureSubject, folder: String) {
    self.subject = subject
    path = folder + "/" + Self.name
  }

  /// Writes the file, and gives its SHA-256.
  func write(_ diagonal: DiagonalEstimate) throws -> String {
    var tensors = subject.namedTensors(diagonal.values)
    if let errors = diagonal.standardErrors {
      tensors += subject.namedTensors(errors, prefix: Self.errorPrefix)
    }
    try Checkpoint.writeSafetensors(
      tensors,
      metadata: [
        "thalweg.network": subject.subject.network.name, "thalweg.diagonal": "\(subject.settings.kind)",
        "thalweg.products": "\(diagonal.products)", "thalweg.checkpoint": subject.subject.checkpointHash,
      ], to: path)
    return try sha256(ofFile: path)
  }

  /// The diagonal; `nil` where there is no file, or not the one with this hash.
  func read(hash: String) throws -> StoredDiagonal? {
    guard FileManager.default.fileExists(atPath: path), try sha256(ofFile: path) == hash else { return nil }
    let file = try Checkpoint.read(path)
    func vector(_ prefix: String) -> [Double]? {
      let parts = subject.tensors.compactMap { file[prefix + $0.entry.name]?.values.floats }
      return parts.count == subject.tensors.count ? parts.joined().map(Double.init) : nil
    }
    return vector("").map { StoredDiagonal(values: $0, standardErrors: vector(Self.errorPrefix)) }
  }
}
