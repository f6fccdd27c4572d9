import ThalwegRandomness

/// Changes `bytes` at random: bytes replaced, runs removed, repeated or inserted, or the end cut off.
public func mutated(_ bytes: [UInt8], seed: UInt64, index: Int) -> [UInt8] {
  var stream = RandomStream(seed: seed, UInt64(index))
  var result = bytes
  for _ in 0...stream.index(below: 4) {
    guard !result.isEmpty else { break }
    let place = stream.index(below: result.count)
    let length = min(result.count - place, 1 + stream.index(below: 8))
    switch stream.index(below: 6) {
    case 0: result[place] = UInt8(truncatingIfNeeded: stream.next())
    case 1: result[place] ^= 1 << UInt8(stream.index(below: 8))
    case 2: result.removeSubrange(place..<(place + length))
    case 3: result.insert(contentsOf: result[place..<(place + length)], at: place)
    case 4: for offset in 0..<length { result[place + offset] = stream.uniform() < 0.5 ? 0xFF : 0 }
    default: result.removeSubrange(place...)
    }
  }
  return result
}
