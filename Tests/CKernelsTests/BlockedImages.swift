import CKernels
import ThalwegRandomness

/// A number as blocked tensors store it.
protocol StoredNumber: Equatable {
  /// Largest relative error of rounding to this type.
  static var roundoff: Double { get }
  /// The nearest number of the type, ties to even.
  init(rounding value: Double)
  /// Its value.
  var number: Double { get }
}

extension Float: StoredNumber {
  static let roundoff = 0x1p-24

  init(rounding value: Double) { self = Float(value) }

  var number: Double { Double(self) }
}

/// The upper half of a `Float`.
extension tw_bf16: StoredNumber {
  static let roundoff = 0x1p-8

  init(rounding value: Double) {
    guard value.isFinite else {
      self = tw_bf16((Float(value).bitPattern | (value.isNaN ? 0x40_0000 : 0)) >> 16)
      return
    }
    // The neighbours of the value among all multiples of the step that bfloat16 has there.
    let exponent = value == 0 ? -126 : Swift.max(-126, value.exponent)
    let step = Double(sign: .plus, exponent: Int(exponent) - 7, significand: 1)
    let rounded = Float((value / step).rounded(.toNearestOrEven) * step)
    self = tw_bf16((value.sign == .minus ? -rounded.magnitude : rounded.magnitude).bitPattern >> 16)
  }

  var number: Double { Double(Float(bitPattern: UInt32(self) << 16)) }
}

/// Extents of images in blocks of 16 channels.
struct Extents: Sendable, CustomStringConvertible {
  let rows: Int
  let channels: Int
  let height: Int
  let width: Int

  init(_ rows: Int, _ channels: Int, _ height: Int, _ width: Int) {
    self.rows = rows
    self.channels = channels
    self.height = height
    self.width = width
  }

  var pixels: Int { height * width }
  var blocks: Int { (channels + 15) / 16 }
  /// Numbers stored, padding included.
  var storedCount: Int { rows * blocks * 16 * pixels }
  var description: String { "\(rows) rows, \(channels) channels, \(height)×\(width)" }

  /// Where entry (row, channel, pixel) is stored.
  func place(_ row: Int, _ channel: Int, _ pixel: Int) -> Int {
    ((row * blocks + channel / 16) * pixels + pixel) * 16 + channel % 16
  }

  /// No rows, one, several; below, at and beyond a block; odd numbers of pixels, one, more than a piece of 256.
  static let cases = [
    Extents(0, 3, 2, 2), Extents(1, 1, 1, 1), Extents(1, 16, 3, 3), Extents(3, 10, 5, 7), Extents(2, 17, 3, 3),
    Extents(1, 24, 1, 2), Extents(2, 32, 2, 3), Extents(2, 3, 19, 27),
  ]
}

/// Blocked images whose entries are known.
struct BlockedImages<Number: StoredNumber> {
  let extents: Extents
  var stored: [Number]

  /// Zeros, or a constant in every place, padding included.
  init(_ extents: Extents, filledWith value: Double = 0) {
    self.extents = extents
    stored = Array(repeating: Number(rounding: value), count: extents.storedCount)
  }

  /// Normal numbers, and zeros beyond the last channel.
  init(_ extents: Extents, seed: UInt64) {
    self.init(extents)
    var stream = RandomStream(seed: seed)
    for row in 0..<extents.rows {
      for channel in 0..<extents.channels {
        for pixel in 0..<extents.pixels {
          stored[extents.place(row, channel, pixel)] = Number(rounding: stream.normal())
        }
      }
    }
  }

  subscript(row: Int, channel: Int, pixel: Int) -> Double {
    get { stored[extents.place(row, channel, pixel)].number }
    set { stored[extents.place(row, channel, pixel)] = Number(rounding: newValue) }
  }

  /// Whether everything beyond the last channel is zero.
  var hasZeroPadding: Bool {
    (0..<extents.rows).allSatisfy { row in
      (extents.channels..<extents.blocks * 16).allSatisfy { channel in
        (0..<extents.pixels).allSatisfy { self[row, channel, $0] == 0 }
      }
    }
  }
}

/// Per-channel numbers, padded with zeros.
func channelNumbers(_ extents: Extents, seed: UInt64) -> [Float] {
  var stream = RandomStream(seed: seed)
  return (0..<extents.blocks * 16).map { $0 < extents.channels ? Float(stream.normal()) : 0 }
}

/// The addresses of several arrays at once.
func withPointers<T>(_ arrays: [[T]?], _ body: (UnsafeBufferPointer<UnsafePointer<T>?>) -> Void) {
  func next(_ pointers: [UnsafePointer<T>?]) {
    guard pointers.count < arrays.count else {
      pointers.withUnsafeBufferPointer(body)
      return
    }
    guard let array = arrays[pointers.count] else {
      next(pointers + [nil])
      return
    }
    array.withUnsafeBufferPointer { next(pointers + [$0.baseAddress]) }
  }
  next([])
}
