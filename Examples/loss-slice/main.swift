// Trains a small network for one epoch and prints the loss along a random, filter-normalised line through the result:
// what `thalweg train` and `thalweg slice` do, from the library. Takes some seconds; no data needed.
import Thalweg

let source = try DatasetSource("shapes:count=1000,test=200,size=16")
let train = try source.load(split: .train)
let network = try Network.named(
  "resnet8:width=8", inputShape: train.exampleShape, classCount: train.classCount)
let compute = ComputeOptions(threadCount: 2)

// A stream of minibatches, and a walk down it.
let stream = try MinibatchStream(
  network: network, dataset: train, normalisation: source.defaultNormalisation, batchSize: 50, compute: compute)
let trainer = Trainer(
  optimiser: StochasticGradientDescent(momentum: 0.9, isNesterov: true, weightDecay: 1e-4),
  schedule: try ScheduleRegistry.standard.parse("cosine(0.1)"), epochCount: 3, seed: 1)
let outcome = try trainer.train(
  network.initialState(seed: 1), on: stream,
  onEpoch: { report in print("epoch \(report.record.epoch + 1): training loss \(report.record.loss)") })
let centre = outcome.snapshot.state

// The surface of the whole training set, and a line through it.
let surface = try NeuralSurface(
  network: network, dataset: train, normalisation: source.defaultNormalisation, compute: compute)
let direction = try RandomDirection(seed: 1, normalisation: .filter, smallTensors: .zero).direction(0, at: centre)
let axis = Axis(lower: -1, upper: 1, count: 9)
let survey = SurfaceSurvey(centre: centre, directions: [direction], axes: [axis])
_ = try survey.run(pending: Array(0..<axis.count), with: try surface.makeEvaluator()) { block in
  for point in block {
    print("\(axis[point.index])  loss \(point.loss ?? .nan) ± \(point.standardError ?? 0)")
  }
}
