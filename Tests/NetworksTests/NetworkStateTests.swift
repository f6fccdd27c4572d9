import Testing
import ThalwegNetworks
import ThalwegSurfaces

@Suite("The state of a network")
struct NetworkStateTests {
  @Test("the entries of a small residual network are those of PyTorch's state_dict")
  func residualEntries() throws {
    let network = try Network.named("resnet8:width=2", inputShape: [1, 8, 8], classCount: 3)
    func norm(_ name: String) -> [String] {
      ["weight", "bias", "running_mean", "running_var"].map { "\(name).\($0)" }
    }
    let blocks = (1...3).flatMap { stage in
      ["layer\(stage).0.conv1.weight"] + norm("layer\(stage).0.bn1")
        + ["layer\(stage).0.conv2.weight"] + norm("layer\(stage).0.bn2")
    }
    #expect(
      network.space.entries.map(\.name)
        == ["conv1.weight"] + norm("bn1") + blocks + ["linear.weight", "linear.bias"])
    let third = try #require(network.space.index(of: "layer3.0.conv1.weight"))
    #expect(network.space.entries[third].shape == [8, 4, 3, 3])
  }

  @Test("filters before a normalisation are free of scale, the last layer is not")
  func residualScales() throws {
    let network = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    for entry in network.space.entries {
      switch entry.role {
      case .filter:
        let norm = entry.name.dropLast(".weight".count).replacing("conv", with: "bn")
        #expect(entry.scaleFreeThrough == String(norm))
        #expect(entry.unitAxis == 0)
      case .denseWeight:
        #expect(entry.scaleFreeThrough == nil)
        #expect(entry.unitAxis == 0)
      default:
        #expect(entry.scaleFreeThrough == nil)
        #expect(entry.unitAxis == nil)
      }
    }
  }

  @Test("a bias before a normalisation is free of scale together with its filters")
  func biasScales() throws {
    let network = try Network.named("vgg11-bn", inputShape: [3, 32, 32], classCount: 10)
    let bias = try #require(network.space.index(of: "features.0.bias"))
    #expect(network.space.entries[bias].scaleFreeThrough == "features.1")
    let plain = try Network.named("vgg11", inputShape: [3, 32, 32], classCount: 10)
    #expect(plain.space.entries.allSatisfy { $0.scaleFreeThrough == nil })
  }

  @Test("a filter whose result also goes elsewhere is not free of scale")
  func sharedResultIsNotFree() throws {
    let network = try Network(
      name: "shared", inputShape: [2, 4, 4], classCount: 2,
      layers: [
        Convolution("conv1", kernel: 3, channels: 2),
        Residual([BatchNorm("bn1"), Activation.relu], shortcut: .identity),
        GlobalAveragePool(),
      ])
    #expect(network.space.entries[0].scaleFreeThrough == nil)
  }

  @Test("equal seeds give equal bits, different seeds different ones")
  func seeds() throws {
    let network = try Network.named("lenet-bn", inputShape: [1, 28, 28], classCount: 10)
    #expect(network.initialState(seed: 7) == network.initialState(seed: 7))
    #expect(network.initialState(seed: 7) != network.initialState(seed: 8))
  }

  @Test("initial filters have He's variance, dense layers keep to ±1/√features, normalisations are neutral")
  func initialNumbers() throws {
    let network = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    let state = network.initialState(seed: 1)
    #expect(state.parameters.precision == .single)
    for (index, entry) in network.space.entries.enumerated() {
      let values = state.values(of: index)
      switch entry.role {
      case .filter:
        let variance = 2 / Double(entry.shape[2] * entry.shape[3] * entry.shape[0])
        let found = values.dot(values) / Double(values.count)
        // A mean of n squares of normal numbers has the relative deviation √(2/n); 5 of them.
        expectClose(found, variance, relative: 5 * (2 / Double(values.count)).squareRoot())
      case .denseWeight, .bias:
        #expect(values.allSatisfy { abs($0) <= 1 / 64.0.squareRoot() })
        #expect(Set(values).count > values.count / 2)
      case .normScale, .runningVariance: #expect(values.allSatisfy { $0 == 1 })
      default: #expect(values.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test("networks with and without shortcuts begin with the same numbers")
  func shortcutsDontChangeTheStart() throws {
    let with = try Network.named("resnet20", inputShape: [3, 32, 32], classCount: 10)
    let without = try Network.named("resnet20-noshort", inputShape: [3, 32, 32], classCount: 10)
    #expect(with.initialState(seed: 3) == without.initialState(seed: 3))
  }
}
