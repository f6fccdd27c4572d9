/// A type of number for which the plain loops are compiled.
///
/// The compiler turns sums of eight lanes into vector instructions only where the type is known, so each type states
/// them for itself.
protocol PlainScalar: BinaryFloatingPoint, SIMDScalar, Codable {
  /// `sum += x · factor`, lane by lane.
  static func add(_ sum: inout SIMD8<Self>, _ x: SIMD8<Self>, _ factor: Self)
  /// `sum += x · y`, lane by lane.
  static func add(_ sum: inout SIMD8<Self>, _ x: SIMD8<Self>, _ y: SIMD8<Self>)
}

extension Double: PlainScalar {
  @inline(__always)
  static func add(_ sum: inout SIMD8<Double>, _ x: SIMD8<Double>, _ factor: Double) { sum += x * factor }

  @inline(__always)
  static func add(_ sum: inout SIMD8<Double>, _ x: SIMD8<Double>, _ y: SIMD8<Double>) { sum += x * y }
}

extension Float: PlainScalar {
  @inline(__always)
  static func add(_ sum: inout SIMD8<Float>, _ x: SIMD8<Float>, _ factor: Float) { sum += x * factor }

  @inline(__always)
  static func add(_ sum: inout SIMD8<Float>, _ x: SIMD8<Float>, _ y: SIMD8<Float>) { sum += x * y }
}
