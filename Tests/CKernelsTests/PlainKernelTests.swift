import CKernels
import Foundation
import Testing
import ThalwegRandomness

@Suite("Kernels on plain rows")
struct PlainKernelTests {
  private func floats(_ count: Int, seed: UInt64, scale: Double = 1) -> [Float] {
    var stream = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(scale * stream.normal()) }
  }

  @Test(
    "cross entropy, correctness and gradient are those of the formula",
    arguments: [(0, 3), (1, 1), (1, 2), (5, 10), (3, 33)], [1.0, 30, 1e4])
  func crossEntropy(_ extents: (rows: Int, classes: Int), scale: Double) {
    let (rows, classes) = extents
    let logits = floats(rows * classes, seed: 1, scale: scale)
    let labels = (0..<rows).map { Int32(($0 * 7 + 1) % classes) }
    let weights = floats(rows, seed: 2)
    var (losses, correct) = ([Float](repeating: 9, count: rows), [Float](repeating: 9, count: rows))
    var gradient = [Float](repeating: 9, count: rows * classes)
    tw_cross_entropy(logits, labels, &losses, &correct, Int32(rows), Int32(classes))
    tw_cross_entropy_gradient(logits, labels, weights, &gradient, Int32(rows), Int32(classes))
    for row in 0..<rows {
      let z = logits[row * classes..<(row + 1) * classes].map(Double.init)
      let largest = z.max() ?? 0
      let total = z.reduce(0) { $0 + exp($1 - largest) }
      let label = Int(labels[row])
      let loss = log(total) - (z[label] - largest)
      // Double inside, one rounding at the end.
      let error = abs(Double(losses[row]) - loss)
      #expect(error <= 0x1p-23 * loss + 1e-15)
      #expect(correct[row] == (z[label] == largest ? 1 : 0))
      for k in 0..<classes {
        let others = z.indices.filter { $0 != k }.reduce(0) { $0 + exp(z[$1] - largest) }
        let slope = (k == label ? -others : exp(z[k] - largest)) / total * Double(weights[row])
        let bound = 0x1p-23 * abs(slope) + Double(Float.leastNonzeroMagnitude)
        let error = abs(Double(gradient[row * classes + k]) - slope)
        #expect(error <= bound)
      }
    }
  }

  @Test("either result of cross entropy may be left out")
  func optionalResults() {
    let logits: [Float] = [1, 2, 3]
    var result: [Float] = [9]
    tw_cross_entropy(logits, [2], nil, &result, 1, 3)
    #expect(result == [1])
    tw_cross_entropy(logits, [2], &result, nil, 1, 3)
    let exact = log(1 + exp(-1) + exp(-2.0))
    #expect(abs(Double(result[0]) - exact) < 0x1p-24)
  }

  @Test("equal logits are one guess: the first")
  func ties() {
    var correct: [Float] = [9, 9]
    tw_cross_entropy([5, 5, 5, 5], [0, 1], nil, &correct, 2, 2)
    #expect(correct == [1, 0])
  }

  @Test("a logit that is not a number gives no number as loss and gradient", arguments: 0..<3)
  func notANumber(place: Int) {
    var logits: [Float] = [1, 2, 3]
    logits[place] = .nan
    for label: Int32 in 0..<3 {
      var loss: [Float] = [0]
      var gradient: [Float] = [0, 0, 0]
      tw_cross_entropy(logits, [label], &loss, nil, 1, 3)
      tw_cross_entropy_gradient(logits, [label], [1], &gradient, 1, 3)
      #expect(loss[0].isNaN)
      #expect(gradient.allSatisfy { $0.isNaN })
    }
  }

  @Test("adding rows and accumulating round once, relu keeps what is not a number", arguments: [0, 1, 15, 16, 17, 40])
  func rows(count: Int) {
    let (x, bias) = (floats(3 * count, seed: 1), floats(count, seed: 2))
    for relu in [false, true] {
      var y = [Float](repeating: 9, count: 3 * count)
      tw_add_row(x, bias, &y, 3, Int32(count), relu)
      let sums: [Float] = x.indices.map { x[$0] + bias[$0 % count] }
      let wanted = relu ? sums.map { max($0, 0) } : sums
      #expect(y == wanted)
    }
    var total = bias
    tw_accumulate(Array(x.prefix(count)), &total, count)
    let wanted: [Float] = (0..<count).map { bias[$0] + x[$0] }
    #expect(total == wanted)
    guard count > 0 else { return }
    var y = [Float](repeating: 0, count: count)
    tw_add_row([Float](repeating: .nan, count: count), bias, &y, 1, Int32(count), true)
    #expect(y.allSatisfy { $0.isNaN })
  }
}
