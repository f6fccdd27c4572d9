import ThalwegRandomness

/// An input made from valid ones: bits flipped, runs removed, repeated, moved or taken from elsewhere, lengths set to
/// extremes, ends cut off.
struct FuzzMutation {
  private static let extremes: [UInt64] = [
    0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF,
  ]
  /// Pieces of text that numbers and brackets are read from.
  private static let texts = [
    "0", "-1", "1e999", "-0", "nan", "inf", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "99999999999999999999", "1e-320", "0x1p60", "(", ")", "((((((((", ")))))))", "[", "{", "}", ",", ",,", ":", "\"",
    "'", "\\u0000", "\n", "\r\n", "\u{0}", "^", "*-", "1/0", " ", "\u{FEFF}", "é", "=", ";", "|",
  ]

  /// The input.
  let input: [UInt8]

  /// Input number `index` of a seed.
  init(samples: [[UInt8]], seed: UInt64, index: Int) {
    var stream = RandomStream(seed: seed, UInt64(index))
    var bytes = samples[stream.index(below: samples.count)]
    for _ in 0...stream.index(below: 6) {
      guard !bytes.isEmpty else { break }
      Self.mutate(&bytes, samples, &stream)
    }
    input = bytes
  }

  private static func mutate(_ bytes: inout [UInt8], _ samples: [[UInt8]], _ stream: inout RandomStream) {
    let place = stream.index(below: bytes.count)
    // Mostly short runs; now and then one of any length.
    let longest = stream.index(below: 8) == 0 ? bytes.count - place : min(bytes.count - place, 32)
    let run = place..<(place + 1 + stream.index(below: longest))
    switch stream.index(below: 12) {
    case 0, 1: bytes[place] ^= 1 << UInt8(stream.index(below: 8))
    case 2: bytes[place] = UInt8(truncatingIfNeeded: stream.next())
    case 3, 4: setNumber(&bytes, at: place, &stream)
    case 5: bytes.removeSubrange(run)
    case 6: bytes.insert(contentsOf: bytes[run], at: stream.index(below: bytes.count + 1))
    case 7:
      let other = samples[stream.index(below: samples.count)]
      guard !other.isEmpty else { return }
      let start = stream.index(below: other.count)
      let piece = other[start..<min(other.count, start + run.count)]
      bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
    case 8: bytes.insert(contentsOf: Array(texts[stream.index(below: texts.count)].utf8), at: place)
    case 9: bytes.replaceSubrange(run, with: Array(texts[stream.index(below: texts.count)].utf8))
    case 10:
      // A piece many times over: nesting, repeated names, lists that grow.
      let times = 1 << stream.index(below: 9)
      let piece = Array(bytes[run].prefix(16))
      bytes.insert(contentsOf: (0..<times).flatMap { _ in piece }, at: place)
    default: bytes.removeSubrange(place...)
    }
  }

  /// Sets 1, 2, 4 or 8 bytes to an extreme, to the file's length or near it, in either byte order.
  private static func setNumber(_ bytes: inout [UInt8], at place: Int, _ stream: inout RandomStream) {
    let width = min(1 << stream.index(below: 4), bytes.count - place)
    var value = extremes[stream.index(below: extremes.count)]
    if stream.index(below: 4) == 0 { value = UInt64(bytes.count) &+ UInt64(stream.index(below: 17)) &- 8 }
    let isLittle = stream.index(below: 2) == 0
    for offset in 0..<width {
      bytes[place + (isLittle ? offset : width - 1 - offset)] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset))
    }
  }
}
