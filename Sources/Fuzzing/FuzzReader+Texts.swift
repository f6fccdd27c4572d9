import ThalwegCatalogue
import ThalwegDatasets
import ThalwegDeformations
import ThalwegExpressions
import ThalwegNetworks
import ThalwegStores
import ThalwegTraining

extension FuzzReader {
  /// What a network's name stands for is made, and a few characters can name a thousand layers of some kilobytes.
  private static let networkAllowance = 16_000_000

  static func textReaders() -> [FuzzReader] {
    [
      FuzzReader(
        "network",
        texts: ["resnet8:width=4,shortcut=b", "lenet", "vgg11:head=8-8", "resnet20-noshort"],
        allowance: networkAllowance
      ) {
        _ = try Network.named($0, inputShape: [3, 32, 32], classCount: 10)
      },
      FuzzReader("network-dense", texts: ["mlp:64-32-10,bn", "mlp:64-10"], allowance: networkAllowance) {
        _ = try Network.named($0, inputShape: [64], classCount: 10)
      },
      FuzzReader(
        "schedule",
        texts: [
          "warmup(multistep(0.1, milestones: 6 9), iterations: 5)", "cosine(0.1)", "constant(0.05)",
          "exponential(0.1, 0.9)",
        ]
      ) { _ = try ScheduleRegistry.standard.parse($0) },
      FuzzReader(
        "optimiser",
        texts: [
          "clip(adam(beta1: 0.9, decay: 1e-4), norm: 1)", "average(rk2(adagrad()), start: 10)",
          "sgd(0.9, exempt: bias)",
        ]
      ) { _ = try OptimiserRegistry.standard.parse($0) },
      FuzzReader(
        "deformation",
        texts: ["AP(18/pi, 1, 2, 1) | sam(rho: 0.05)", "delta: \"ln(exp(l) - 0.9)\"", "LE(1, 0.9, cap: 5)"]
      ) { _ = try DeformationRegistry.standard.sequence($0) },
      FuzzReader("expression", texts: ["sin(x)^2 + 3*y/(1 - x) - exp(-y)", "-(x - 1)^4", "max(x, y) + pi"]) { text in
        let expression = try Expression(text, variables: ["x", "y"])
        _ = expression.description
      },
      FuzzReader("data-source", texts: ["shapes:count=200,test=50,size=8", "spirals", "xor", "cifar10:some/path"]) {
        _ = try DatasetSource($0)
      },
      FuzzReader("normalisation", texts: ["mean=0.1,0.2,0.3;deviation=1,2,3", "imagenet", "none"]) {
        _ = try Normalisation($0)
      },
      FuzzReader("augmentation", texts: ["crop=4,flip", "none"]) { _ = try Augmentation($0) },
      FuzzReader("parameters", texts: ["filters,norms", "all", "layer1,biases"]) { _ = try ParameterSelection($0) },
      FuzzReader("json", texts: ["{\"a\":[1,2.5e3,null,true,{\"b\":\"\\u00e9\"}],\"seed\":18446744073709551615}"]) {
        let value = try JSONValue(parsing: $0)
        _ = value.indentedText
      },
    ]
  }
}
