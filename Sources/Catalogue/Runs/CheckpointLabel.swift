/// What a checkpoint of this program says about itself beside its tensors, so that nobody has to repeat it.
public struct CheckpointLabel: Sendable, Equatable {
  /// The network's name.
  public var network: String?
  /// The data it was trained on, as a `DatasetSource` reads it.
  public var data: String?
  /// The normalisation of the data.
  public var normalisation: String?
  /// Epochs of training.
  public var epoch: Int?

  /// A label.
  public init(network: String?, data: String?, normalisation: String?, epoch: Int?) {
    self.network = network
    self.data = data
    self.normalisation = normalisation
    self.epoch = epoch
  }

  /// The label in a checkpoint's metadata; what is absent there is `nil`.
  public init(metadata: [String: String]) {
    self.init(
      network: metadata["thalweg.network"], data: metadata["thalweg.data"],
      normalisation: metadata["thalweg.normalisation"], epoch: metadata["thalweg.epoch"].flatMap { Int($0) })
  }

  /// The label as metadata.
  public var metadata: [String: String] {
    var result: [String: String] = [:]
    result["thalweg.network"] = network
    result["thalweg.data"] = data
    result["thalweg.normalisation"] = normalisation
    result["thalweg.epoch"] = epoch.map(String.init)
    return result
  }
}
