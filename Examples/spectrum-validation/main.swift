// The whole spectrum of a small network's Hessian beside its estimate by stochastic Lanczos quadrature: how far the
// estimate is from the truth for several numbers of draws k and steps m and kernel widths σ².
//
//   spectrum-validation [DATA [NETWORK [IMAGES [EPOCHS]]]]
//
// Without arguments a tiny network on drawn shapes (seconds). `mnist:FOLDER mlp:784-20-10 2000 5` is the network of
// 15,910 parameters of Ghorbani, Krishnan and Xiao (2019), where the dense matrix takes 2 GB and some minutes.
import Foundation
import Thalweg

let arguments = CommandLine.arguments
func argument(_ index: Int, _ standard: String) -> String { arguments.count > index ? arguments[index] : standard }

let source = try DatasetSource(argument(1, "shapes:count=400,test=100,size=8"))
let train = try source.load(split: .train)
let network = try Network.named(
  argument(2, "mlp:64-6-10"), inputShape: [train.exampleShape.reduce(1, *)], classCount: train.classCount)
let images = train.prefix(Int(argument(3, "200")) ?? 200)
let compute = ComputeOptions(threadCount: ProcessInfo.processInfo.activeProcessorCount)

let stream = try MinibatchStream(
  network: network, dataset: train, normalisation: source.defaultNormalisation, batchSize: 100, compute: compute)
let trainer = Trainer(
  optimiser: StochasticGradientDescent(momentum: 0.9), schedule: ConstantSchedule(0.02),
  epochCount: Int(argument(4, "3")) ?? 3, seed: 1)
let state = try trainer.train(network.initialState(seed: 1), on: stream, onEpoch: { _ in }).snapshot.state

let surface = try NeuralSurface(
  network: network, dataset: images, normalisation: source.defaultNormalisation, compute: compute)
let linear = try surface.linearise(at: state)
let hessian = CountingOperator(try linear.curvature(.hessian))
print("\(network.name): \(hessian.dimension) parameters, \(images.count) images, loss \(linear.primal.loss)")

let plan = try DensePlan(dimension: hessian.dimension)
print("dense: \(plan.bytes >> 20) MB, \(plan.products) products")
let exact = try exactSpectrum(of: hessian, plan: plan)
let values = exact.values
print(
  "exact: \(String(format: "%.3f s in products, asymmetry %.1e", hessian.secondsInProducts, exact.asymmetry)),",
  "from \(values.min() ?? .nan) to \(values.max() ?? .nan)")

print("    k    m       σ²    L₁ distance")
let extent = (values.min() ?? 0)...(values.max() ?? 0)
for steps in [30, 90] {
  var quadrature = StochasticLanczosQuadrature()
  quadrature.stepCount = steps
  let draws = try quadrature.run(on: hessian)
  for variance in [1e-3, 1e-4, 1e-5] {
    let scaled = variance * max(1, extent.upperBound - extent.lowerBound)
    let axis = SpectralAxis.linear(around: extent, variance: scaled)
    let truth = SpectralDensity(eigenvalues: values, axis: axis, variance: scaled).normalised
    for count in [1, 10] {
      let estimate = SpectralDensity(draws: Array(draws.prefix(count)), axis: axis, variance: scaled).normalised
      print(
        String(
          format: "%5d %4d %8.1e %14.5f", count, steps, scaled, estimate.distance(to: truth)))
    }
  }
}
