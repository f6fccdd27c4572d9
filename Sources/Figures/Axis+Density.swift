import Foundation

/// The decades between two magnitudes; the quotient itself could overflow.
func log10Ratio(_ greater: Double, _ smaller: Double) -> Double { log10(greater) - log10(smaller) }

extension Axis {
  /// The part of the highest density at which a logarithmic axis begins unless told otherwise. Smoothing
  /// kernels go on falling for hundreds of decades, none of which says anything about the eigenvalues.
  package static let densityFloorRatio = 1e-6

  /// The axis of spectral densities.
  ///
  /// - Parameters:
  ///   - densities: The finite densities in any order.
  ///   - borders: The ends of bands, which must have room as well but do not move the lower end.
  ///   - isLogarithmic: Whether equal steps are equal ratios. A linear axis begins at 0 unless told.
  ///   - lowest: The lower end. `nil` begins a logarithmic axis at the power of ten at or below
  ///     ``densityFloorRatio`` of the highest density.
  /// - Throws: ``FigureError/noFiniteValue`` or, on a logarithmic axis, ``FigureError/noPositiveValue``.
  package static func density(
    _ densities: [Double], borders: [Double] = [], isLogarithmic: Bool, lowest: Double?
  ) throws(FigureError) -> Axis {
    guard let peak = densities.max() else { throw FigureError.noFiniteValue }
    var lower = lowest ?? 0
    if isLogarithmic {
      guard peak > 1e-300 else { throw FigureError.noPositiveValue }
      let floor = max(peak * densityFloorRatio, 1e-300)
      let slack = 1e-9  // A power of ten may miss itself by rounding.
      lower = lowest ?? power10(Int((log10(floor) + slack).rounded(.down)))
    }
    return try covering(
      densities + borders,
      request: ValueAxis(spacing: isLogarithmic ? .logarithmic : .linear, lower: lower),
      tickCount: isLogarithmic ? 8 : 6)
  }
}
