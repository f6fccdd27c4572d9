/// Whether the numbers of an evaluation can be used.
public enum EvaluationStatus: String, Sendable, Codable {
  /// They are finite.
  case ok
  /// The loss is infinite or not a number.
  case diverged
}

/// What is known of a surface at one point.
public struct Evaluation: Sendable, Equatable {
  /// The surface's value.
  public let loss: Double
  /// The loss before any deformation, in the data's own unit (nats per example for cross entropy).
  public let undeformedLoss: Double
  /// How many examples were classified correctly; `nil` for formulas.
  public let correctCount: Int?
  /// Number of examples averaged; 1 for formulas.
  public let exampleCount: Int
  /// The slope δ′(ℓ) by which functions of the loss have multiplied the gradient; 1 without any.
  public let slope: Double

  /// An evaluation; the undeformed loss is the loss unless given.
  public init(
    loss: Double, undeformedLoss: Double? = nil, correctCount: Int? = nil, exampleCount: Int = 1, slope: Double = 1
  ) {
    self.loss = loss
    self.slope = slope
    self.undeformedLoss = undeformedLoss ?? loss
    self.correctCount = correctCount
    self.exampleCount = exampleCount
  }

  /// Whether the loss is a finite number.
  public var status: EvaluationStatus { loss.isFinite ? .ok : .diverged }

  /// Share of correct examples; `nil` for formulas.
  public var accuracy: Double? { correctCount.map { Double($0) / Double(exampleCount) } }
}

/// A field of descent directions over a state space. Some fields are the gradient of no simple value.
public protocol GradientField: Sendable {
  /// Where the field lives.
  var space: StateSpace { get }
  /// An evaluator with memory of its own: one for each worker.
  func makeEvaluator() throws -> any Evaluator
}

/// A field that is the gradient of a value: the loss of a network on data, or a formula.
public protocol LossSurface: GradientField {
  /// The surface near `state`.
  ///
  /// - Throws: ``CurvatureError`` where there is nothing finite to describe.
  func linearise(at state: ModelState) throws -> any Linearisation
}

/// Evaluates a surface at one point after another. Evaluation is pure: equal points give equal bits, whatever came
/// before; nothing is committed to the point.
public protocol Evaluator: AnyObject {
  /// The value at `state`.
  func evaluate(at state: borrowing ModelState) throws -> Evaluation
  /// The value at `state`; the gradient over the parameters is written to `gradient`.
  func gradient(at state: borrowing ModelState, into gradient: inout ModelVector) throws -> Evaluation
  /// Loss of each example at the last evaluated point, in data order; empty for surfaces that average nothing.
  var perExampleLosses: [Double] { get }
}

/// The random choices of one training step. Everything random is a pure function of it, so a run that is resumed
/// continues with the same bits.
public struct Draw: Sendable, Hashable {
  /// Seed of the run.
  public var seed: UInt64
  /// Step counted from the start of the run.
  public var step: Int
  /// Which of several independent draws of the step: methods with two gradients a step use lanes 0 and 1.
  public var lane: Int

  /// A draw.
  public init(seed: UInt64, step: Int, lane: Int = 0) {
    self.seed = seed
    self.step = step
    self.lane = lane
  }
}

/// What training walks on: one field for every draw.
public protocol FieldStream: Sendable {
  /// Where the fields live.
  var space: StateSpace { get }
  /// Steps that make one pass over the data.
  var stepsPerEpoch: Int { get }
  /// An evaluator with memory of its own.
  func makeEvaluator() throws -> any StreamEvaluator
}

/// Evaluates the fields of a stream. A step allocates nothing.
public protocol StreamEvaluator: AnyObject {
  /// The field of `draw` at `state`, written to `gradient`, and the loss of that draw's minibatch.
  func gradient(
    at state: borrowing ModelState, draw: Draw, into gradient: inout ModelVector
  ) throws -> Evaluation
  /// Folds the batch statistics met by the last gradient into running statistics: `r ← (1 − m) r + m b`, the variance
  /// unbiased. Evaluation itself commits nothing, so a method with several gradients a step chooses which one counts.
  func commitBatchStatistics(to state: inout ModelState)
}

/// A stream whose fields are gradients of surfaces that can be looked at one by one.
public protocol SurfaceStream: FieldStream {
  /// The surface of one draw.
  func surface(for draw: Draw) -> any LossSurface
}
