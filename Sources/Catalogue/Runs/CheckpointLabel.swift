/// What a checkpoint of this program says about itself beside its tensors, so that nobody has to repeat it.
public struct CheckpointLabel: Sendable, Equatable {
  /// The network's name.
  public var network: String?
  /// The data it was trained on, as a `DatasetSource` reads it.
  public var data: String?
  /// The normalisation of the data.
  public var normalisation: String?
  /// Epochs of training; `nil` within an epoch.
  public var epoch: Int?
  /// Steps of training; `nil` between epochs.
  public var step: Int?
  /// What the point is, if it is no plain point of the walk: `peak`, `average`.
  public var point: String?

  /// A label.
  public init(
    network: String?, data: String?, normalisation: String?, epoch: Int?, step: Int? = nil, point: String? = nil
  ) {
    self.network = network
    self.data = data
    self.normalisation = normalisation
    self.epoch = epoch
    self.step = step
    self.point = point
  }

  /// The label in a checkpoint's metadata; what is absent there is `nil`.
  public init(metadata: [String: String]) {
    self.init(
      network: metadata["thalweg.network"], data: metadata["thalweg.data"],
      normalisation: metadata["thalweg.normalisation"], epoch: metadata["thalweg.epoch"].flatMap { Int($0) },
      step: metadata["thalweg.step"].flatMap { Int($0) }, point: metadata["thalweg.point"])
  }

  /// The label as metadata.
  public var metadata: [String: String] {
    var result: [String: String] = [:]
    result["thalweg.network"] = network
    result["thalweg.data"] = data
    result["thalweg.normalisation"] = normalisation
    result["thalweg.epoch"] = epoch.map(String.init)
    result["thalweg.step"] = step.map(String.init)
    result["thalweg.point"] = point
    return result
  }
}
