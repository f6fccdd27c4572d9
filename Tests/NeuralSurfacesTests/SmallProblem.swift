import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurfaces

/// A small network on pictures of shapes, which need no file.
struct SmallProblem {
  let network: Network
  let dataset: Dataset

  init(_ network: String = "resnet8:width=4", count: Int = 45) throws {
    dataset = try DatasetSource("shapes:count=\(count),size=8,seed=1").load(split: .train)
    let isDense = network.hasPrefix("mlp")
    self.network = try Network.named(network, inputShape: isDense ? [64] : [1, 8, 8], classCount: 10)
  }

  func surface(
    _ policy: NormalisationPolicy, threads: Int = 1, keptBytes: Int = 1 << 30, directionsAtOnce: Int = 1
  ) throws -> NeuralSurface {
    try NeuralSurface(
      network: network, dataset: dataset, normalisation: .mnist, policy: policy,
      compute: ComputeOptions(threadCount: threads, keptBytes: keptBytes, directionsAtOnce: directionsAtOnce))
  }

  func stream(batchSize: Int, threads: Int = 1, augmentation: Augmentation? = nil) throws -> MinibatchStream {
    try MinibatchStream(
      network: network, dataset: dataset, normalisation: .mnist, augmentation: augmentation, batchSize: batchSize,
      compute: ComputeOptions(threadCount: threads))
  }

  var zeroGradient: ModelVector { ModelVector(zeros: network.space.parameterCount, precision: .single) }
}
