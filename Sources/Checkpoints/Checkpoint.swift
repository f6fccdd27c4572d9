/// Named tensors from a file, in the file's order.
public struct Checkpoint: Equatable, Sendable {
  /// The forms of file that can be read.
  public enum Format: String, Sendable, CaseIterable {
    /// safetensors: a JSON header, then raw values.
    case safetensors
    /// torch.save before PyTorch 1.6: pickles, then raw storages.
    case torchPickle = "torch.save, old pickle form"
    /// torch.save since PyTorch 1.6: a zip archive.
    case torchZip = "torch.save, zip form"
  }

  /// The tensors, in the order of the file. Names are unique.
  public let tensors: [NamedTensor]
  /// What else the file says: safetensors' metadata, or the numbers and strings beside the tensors.
  public let metadata: [String: String]
  /// The form of the file.
  public let format: Format
  /// Prefix that all names bore and that was removed: `module.` after data-parallel training; otherwise `nil`.
  public let strippedPrefix: String?
  /// Keys that led to the tensors in a nested file, for example `["state_dict"]`. Empty for a bare one.
  public let container: [String]
  private let indexByName: [String: Int]

  /// A checkpoint of `tensors`, whose names must differ.
  ///
  /// - Parameters:
  ///   - tensors: The tensors, in order.
  ///   - metadata: Any further text.
  ///   - format: The form of the file.
  ///   - strippedPrefix: The prefix that was removed from all names.
  ///   - container: The keys that led to the tensors.
  public init(
    tensors: [NamedTensor], metadata: [String: String] = [:], format: Format = .safetensors,
    strippedPrefix: String? = nil, container: [String] = []
  ) {
    var index: [String: Int] = [:]
    for (place, tensor) in tensors.enumerated() {
      let earlier = index.updateValue(place, forKey: tensor.name)
      precondition(earlier == nil, "two tensors are named \(tensor.name)")
    }
    self.tensors = tensors
    self.metadata = metadata
    self.format = format
    self.strippedPrefix = strippedPrefix
    self.container = container
    indexByName = index
  }

  /// The tensor named `name`, or `nil`.
  public subscript(name: String) -> NamedTensor? {
    indexByName[name].map { tensors[$0] }
  }
}
