/// What is known of a point of a surface.
public enum PointState: String, Codable, CaseIterable, Sendable {
  /// Nothing yet.
  case pending
  /// The value was computed at the point.
  case measured
  /// The value was estimated from neighbouring points.
  case interpolated
  /// The computation gave no usable number; drawn as a hole and never repaired.
  case diverged
}

/// One point of a surface with its results.
public struct SurfacePoint: Codable, Equatable, Sendable {
  /// The position in the grid, as ``SurfaceGrid/position(of:)`` gives it.
  public var position: Int
  /// What is known.
  public var state: PointState
  /// The loss. Finite for measured and interpolated points; `nil` for pending ones.
  public var loss: Double?
  /// The loss's standard error, in the unit of the loss; `nil` where it has none.
  public var standardError: Double?
  /// The number of correctly classified examples.
  public var correctCount: Int?
  /// The number of examples behind the values.
  public var exampleCount: Int?
  /// Further finite numbers by name.
  public var extra: [String: Double]

  /// A point with its results.
  ///
  /// - Parameters:
  ///   - position: The position in the grid.
  ///   - state: What is known.
  ///   - loss: The loss. Must be finite where the point is measured or interpolated.
  ///   - standardError: The loss's standard error.
  ///   - correctCount: The number of correctly classified examples.
  ///   - exampleCount: The number of examples.
  ///   - extra: Further finite numbers by name.
  public init(
    position: Int, state: PointState, loss: Double? = nil, standardError: Double? = nil,
    correctCount: Int? = nil, exampleCount: Int? = nil, extra: [String: Double] = [:]
  ) {
    self.position = position
    self.state = state
    self.loss = loss
    self.standardError = standardError
    self.correctCount = correctCount
    self.exampleCount = exampleCount
    self.extra = extra
  }

  /// A measured point.
  public static func measured(
    _ position: Int, loss: Double, standardError: Double? = nil, correctCount: Int? = nil,
    exampleCount: Int? = nil, extra: [String: Double] = [:]
  ) -> SurfacePoint {
    SurfacePoint(
      position: position, state: .measured, loss: loss, standardError: standardError,
      correctCount: correctCount, exampleCount: exampleCount, extra: extra)
  }

  /// A diverged point; a loss that is NaN is stored as none.
  public static func diverged(_ position: Int, loss: Double? = nil) -> SurfacePoint {
    SurfacePoint(position: position, state: .diverged, loss: loss)
  }

  /// Throws where a number may not be stored: what is not to be trusted is an error, not a NaN handed on.
  func validate(in surface: String) throws(StoreError) {
    let place = "point \(position) of surface '\(surface)'"
    switch state {
    case .measured, .interpolated:
      guard let loss, loss.isFinite else {
        throw .invalidValue(place: place, reason: "it is \(state) with loss \(loss.map { "\($0)" } ?? "nil")")
      }
    case .diverged: break
    case .pending:
      throw .invalidValue(place: place, reason: "a result cannot be pending")
    }
    if let standardError, !standardError.isFinite, state != .diverged {
      throw .invalidValue(place: place, reason: "its standard error is \(standardError)")
    }
    for (name, value) in extra.sorted(by: { $0.key < $1.key }) where !value.isFinite {
      throw .invalidValue(place: place, reason: "'\(name)' is \(value)")
    }
  }
}
