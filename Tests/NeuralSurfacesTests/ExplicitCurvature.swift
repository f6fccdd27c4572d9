import Foundation
import ThalwegDatasets
import ThalwegGraphs
import ThalwegLinearAlgebra
import ThalwegNetworks
import ThalwegRandomness
import ThalwegSurfaces

/// Jacobian and Hessian of a small network's loss, column by column with the interpreter, and what follows from them.
struct ExplicitCurvature {
  /// The mean loss's second derivatives.
  let hessian: Matrix
  private let count: Int
  private let classes: Int
  private let dimension: Int
  /// `∂zᵢₖ/∂θₚ` at `[p][i * classes + k]`.
  private let jacobian: [[Double]]
  private let probabilities: [Double]
  private let labels: [Int]

  init(_ problem: SmallProblem, at state: ModelState) throws {
    let network = problem.network
    count = problem.dataset.count
    classes = network.classCount
    dimension = network.space.parameterCount
    labels = problem.dataset.labels.map(Int.init)

    var graph = Graph()
    let images = graph.input("images", Shape([count] + network.inputShape))
    let labels = graph.input("labels", [count], kind: .index)
    let logits = network.build(into: &graph, images: images, statistics: .running)
    graph.output("logits", logits)
    graph.output("loss", graph.mean(graph.softmaxCrossEntropy(logits, labels: labels), over: [0]))
    let names = network.space.parameters.map(\.entry.name)
    var product = graph.gradient(of: "loss", withRespectTo: names)
      .tangent(along: names, of: ["logits"] + names.map { "gradient.\($0)" })
    product = product.keepingOutputs(
      ["logits", "tangent.logits"] + names.map { "tangent.gradient.\($0)" })

    var inputs: [String: Tensor] = [:]
    var pixels = [Float](repeating: 0, count: count * network.inputShape.reduce(1, *))
    let copier = try ExampleCopier(problem.dataset, normalisation: .mnist)
    Array(0..<count).withUnsafeBufferPointer { indices in
      pixels.withUnsafeMutableBufferPointer {
        guard let base = $0.baseAddress else { return }
        copier.copy(indices, augmentation: nil, draw: Augmentation.Draw(seed: 0, epoch: 0), into: base)
      }
    }
    inputs["images"] = Tensor(Shape([count] + network.inputShape), pixels.map(Double.init))
    inputs["labels"] = Tensor([count], indices: problem.dataset.labels)
    for (index, entry) in network.space.entries.enumerated() {
      inputs[entry.name] = Tensor(Shape(entry.shape), state.values(of: index))
    }

    var (columns, jacobian): ([Double], [[Double]]) = ([], [])
    var last: [Double] = []
    for parameter in 0..<dimension {
      for (entry, range) in network.space.parameters {
        var values = [Double](repeating: 0, count: range.count)
        if range.contains(parameter) { values[parameter - range.lowerBound] = 1 }
        inputs["direction.\(entry.name)"] = Tensor(Shape(entry.shape), values)
      }
      let results = Interpreter.run(product, inputs)
      columns += names.flatMap { results["tangent.gradient.\($0)"]?.values ?? [] }
      jacobian.append(results["tangent.logits"]?.values ?? [])
      last = results["logits"]?.values ?? []
    }
    hessian = Matrix(rowCount: dimension, columnCount: dimension, elements: columns)
    self.jacobian = jacobian
    probabilities = (0..<count).flatMap { [classes] row in
      let exponentials = last[row * classes..<(row + 1) * classes].map { exp($0) }
      let total = exponentials.reduce(0, +)
      return exponentials.map { $0 / total }
    }
  }

  /// `(1/N) Σ Jᵢᵀ (diag p − p pᵀ) Jᵢ`.
  var gaussNewton: Matrix {
    matrix { i, u in
      let row = i * classes
      let mean = (0..<classes).reduce(0) { $0 + probabilities[row + $1] * u[$1] }
      return (0..<classes).map { probabilities[row + $0] * (u[$0] - mean) }
    }
  }

  /// `(1/N) Σ gᵢ gᵢᵀ`, or with the mean gradient's square less.
  func covariance(isCentred: Bool) -> Matrix {
    let uncentred = matrix { i, u in
      let r = residual(i, labels[i])
      let along = zip(r, u).reduce(0) { $0 + $1.0 * $1.1 }
      return r.map { along * $0 }
    }
    guard isCentred else { return uncentred }
    var mean = [Double](repeating: 0, count: dimension)
    for p in 0..<dimension {
      for i in 0..<count {
        let r = residual(i, labels[i])
        for k in 0..<classes { mean[p] += r[k] * jacobian[p][i * classes + k] / Double(count) }
      }
    }
    var elements = uncentred.elements
    for q in 0..<dimension { for p in 0..<dimension { elements[q * dimension + p] -= mean[p] * mean[q] } }
    return Matrix(rowCount: dimension, columnCount: dimension, elements: elements)
  }

  /// Mean and variance of `vᵀ F v` for one sampled label an example, enumerated over all labels.
  func fisherForm(along v: [Double]) -> (mean: Double, variance: Double) {
    var (mean, variance) = (0.0, 0.0)
    for i in 0..<count {
      let u = change(i, v)
      var (first, second) = (0.0, 0.0)
      for label in 0..<classes {
        let along = zip(residual(i, label), u).reduce(0) { $0 + $1.0 * $1.1 }
        let share = probabilities[i * classes + label]
        first += share * along * along
        second += share * along * along * along * along
      }
      mean += first / Double(count)
      variance += (second - first * first) / Double(count * count)
    }
    return (mean, variance)
  }

  /// A random vector.
  func direction(seed: UInt64, count: Int? = nil) -> [Double] {
    var stream = RandomStream(seed: 91, seed)
    return (0..<(count ?? dimension)).map { _ in stream.normal() }
  }

  /// `p − one-hot`.
  private func residual(_ example: Int, _ label: Int) -> [Double] {
    (0..<classes).map { probabilities[example * classes + $0] - ($0 == label ? 1 : 0) }
  }

  /// `Jᵢ v`.
  private func change(_ example: Int, _ v: [Double]) -> [Double] {
    (0..<classes).map { k in
      v.indices.reduce(0) { $0 + jacobian[$1][example * classes + k] * v[$1] }
    }
  }

  /// `(1/N) Σ Jᵢᵀ Mᵢ Jᵢ` with `Mᵢ u` given.
  private func matrix(_ apply: (Int, [Double]) -> [Double]) -> Matrix {
    var elements = [Double](repeating: 0, count: dimension * dimension)
    for q in 0..<dimension {
      for i in 0..<count {
        let c = apply(i, Array(jacobian[q][i * classes..<(i + 1) * classes]))
        for p in 0..<dimension {
          var sum = 0.0
          for k in 0..<classes { sum += jacobian[p][i * classes + k] * c[k] }
          elements[q * dimension + p] += sum / Double(count)
        }
      }
    }
    return Matrix(rowCount: dimension, columnCount: dimension, elements: elements)
  }
}
