/// A deformation function whose slope is not let above a bound: `δ̂′(ℓ) = min(δ′(ℓ), c)`.
///
/// The value is an integral of the capped slope, so the surface fits its gradient: steepest parts are
/// replaced by straight lines. Below the losses for which the function is meant the line goes on, if the
/// slope is capped at their edge; so `LE(1, 1)` with a cap accepts a loss of 0.
public struct CappedFunction: DeformationFunction {
  /// The function without the cap.
  public let base: any DeformationFunction
  /// c, above 0.
  public let maximumSlope: Double
  private let reference: Double
  /// All losses, if the slope is capped at the edge of the function's own losses.
  public let domain: LossDomain

  /// `base` with slopes up to `maximumSlope`.
  public init(_ base: any DeformationFunction, maximumSlope: Double) {
    precondition(maximumSlope > 0, "a cap of \(maximumSlope) leaves no slope")
    self.base = base
    self.maximumSlope = maximumSlope
    switch base.domain {
    case .all:
      domain = .all
      reference = 1
    case .atLeast(let edge), .above(let edge):
      reference = base.domain.contains(1) ? 1 : edge + 1
      // Just inside the edge, as at the edge itself formulas may be 0/0.
      let inside = edge + 1e-9 * max(1, abs(edge))
      domain = base.slope(at: inside) >= maximumSlope ? .all : base.domain
    }
  }

  /// That of the function, unless it is about slopes without bound.
  public var caution: String? { domain == base.domain ? base.caution : nil }

  /// The integral of the capped slope. It equals δ at a loss where the slope is not capped, usually 1.
  ///
  /// Capped stretches are found at 64 places between that loss and `loss`; a stretch between two of them is
  /// missed.
  public func value(at loss: Double) -> Double {
    let count = 64
    var total = base.value(at: reference)
    var left = reference
    for i in 1...count {
      let right = i == count ? loss : reference + (loss - reference) * Double(i) / Double(count)
      if isCapped(left) == isCapped(right) {
        total += rise(left, right, isCapped: isCapped(left))
      } else {
        let crossing = crossing(left, right)
        total += rise(left, crossing, isCapped: isCapped(left))
        total += rise(crossing, right, isCapped: isCapped(right))
      }
      left = right
    }
    return total
  }

  /// min(δ′(ℓ), c).
  public func slope(at loss: Double) -> Double {
    isCapped(loss) ? maximumSlope : base.slope(at: loss)
  }

  /// δ″(ℓ), or 0 where the slope is capped.
  public func curvature(at loss: Double) -> Double { isCapped(loss) ? 0 : base.curvature(at: loss) }

  /// The function as text.
  public var description: String { withOption(base.description, "cap: \(brief(maximumSlope))") }

  private func isCapped(_ loss: Double) -> Bool {
    // Written so that a slope that is no number is not capped but found out.
    !base.domain.contains(loss) || base.slope(at: loss) > maximumSlope
  }

  private func rise(_ start: Double, _ end: Double, isCapped: Bool) -> Double {
    isCapped ? maximumSlope * (end - start) : base.value(at: end) - base.value(at: start)
  }

  private func crossing(_ start: Double, _ end: Double) -> Double {
    var (a, b) = (start, end)
    let isCappedAtStart = isCapped(start)
    for _ in 0..<100 {
      let middle = 0.5 * (a + b)
      guard middle != a, middle != b else { break }
      if isCapped(middle) == isCappedAtStart { a = middle } else { b = middle }
    }
    // The side where the function's own value is defined.
    return isCappedAtStart ? b : a
  }
}

/// A deformation function that is used inside a window of losses and continued outside by straight lines,
/// with the slope at the window's edge: losses too large or too small to be deformed are amplified no
/// further.
public struct WindowedFunction: DeformationFunction {
  /// The function inside the window.
  public let base: any DeformationFunction
  /// The window.
  public let window: ClosedRange<Double>

  /// `base` inside `window`. An infinite end leaves that side open.
  public init(_ base: any DeformationFunction, window: ClosedRange<Double>) {
    self.base = base
    self.window = window
  }

  /// All losses, if the window's lower end is one for which the function is meant.
  public var domain: LossDomain {
    window.lowerBound.isFinite && base.domain.contains(window.lowerBound) ? .all : base.domain
  }

  /// That of the function.
  public var caution: String? { base.caution }

  /// δ(ℓ), or the line.
  public func value(at loss: Double) -> Double {
    let edge = nearest(loss)
    return loss == edge ? base.value(at: loss) : base.value(at: edge) + base.slope(at: edge) * (loss - edge)
  }

  /// δ′ at the nearest loss of the window.
  public func slope(at loss: Double) -> Double { base.slope(at: nearest(loss)) }

  /// δ″(ℓ), or 0 outside.
  public func curvature(at loss: Double) -> Double { window.contains(loss) ? base.curvature(at: loss) : 0 }

  /// The function as text.
  public var description: String {
    withOption(base.description, "window: \(brief(window.lowerBound)) \(brief(window.upperBound))")
  }

  private func nearest(_ loss: Double) -> Double { min(max(loss, window.lowerBound), window.upperBound) }
}
