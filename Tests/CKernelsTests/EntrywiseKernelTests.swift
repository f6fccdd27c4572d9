import CKernels
import Testing
import ThalwegRandomness

@Suite("Kernels entry by entry")
struct EntrywiseKernelTests {
  /// Below, at and beyond the 16 numbers that are handled together.
  static let counts = [0, 1, 15, 16, 17, 31, 33, 64]

  private func numbers<T: StoredNumber>(_ count: Int, seed: UInt64) -> [T] {
    var stream = RandomStream(seed: seed)
    return (0..<count).map { _ in T(rounding: stream.normal()) }
  }

  @Test("arithmetic is rounded once, for every count and in place", arguments: counts)
  func arithmetic(count: Int) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let (a, b): ([T], [T]) = (numbers(count, seed: 1), numbers(count, seed: 2))
      let operations: [((Kernels<T>.In, Kernels<T>.In, Kernels<T>.Out, Int) -> Void, (Double, Double) -> Double)] = [
        (kernels.add, { $0 + $1 }), (kernels.subtract, { $0 - $1 }), (kernels.multiply, { $0 * $1 }),
        ({ x, _, y, n in kernels.scale(x, 1.5, y, n) }, { x, _ in 1.5 * x }),
        ({ x, _, y, n in kernels.relu(x, y, n) }, { x, _ in max(x, 0) }),
        ({ x, _, y, n in kernels.step(x, y, n) }, { x, _ in x > 0 ? 1 : 0 }),
        (kernels.reluGradient, { $1 > 0 ? $0 : 0 }),
      ]
      for (kernel, exact) in operations {
        // Sums and products of two numbers of either type are exact in Double; floats between round to the same.
        let wanted = zip(a, b).map { T(rounding: Double(Float(exact($0.number, $1.number)))) }
        var y = [T](repeating: T(rounding: 9), count: count + 1)
        kernel(a, b, &y, count)
        #expect(y == wanted + [T(rounding: 9)])
        var inPlace = a
        inPlace.withUnsafeMutableBufferPointer { kernel(UnsafePointer($0.baseAddress), b, $0.baseAddress, count) }
        #expect(inPlace == wanted)
      }
    }
  }

  @Test("relu keeps what is not a number, and infinity; a mask lets neither through", arguments: [3, 20])
  func special(count: Int) {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      for place in [0, count - 1] {
        for special in [Double.nan, .infinity, -.infinity] {
          var x = [T](repeating: T(rounding: 1), count: count)
          x[place] = T(rounding: special)
          var y = x
          kernels.relu(x, &y, count)
          #expect(special.isNaN ? y[place].number.isNaN : y[place].number == max(special, 0))
          kernels.step(x, &y, count)
          #expect(y[place].number == (special == .infinity ? 1 : 0))
          let ones = [T](repeating: T(rounding: 1), count: count)
          kernels.reluGradient(ones, x, &y, count)
          #expect(y[place].number == (special == .infinity ? 1 : 0))
          kernels.reluGradient(x, [T](repeating: T(rounding: -1), count: count), &y, count)
          #expect(y.allSatisfy { $0.number == 0 })
          kernels.add(x, ones, &y, count)
          #expect(special.isNaN ? y[place].number.isNaN : y[place].number == special)
        }
      }
    }
  }

  @Test("normalising with relu keeps what is not a number")
  func normaliseNotANumber() {
    check(Kernels.single)
    check(Kernels.half)

    func check<T>(_ kernels: Kernels<T>) {
      let e = Extents(1, 3, 2, 2)
      for count in 1...Int(TW_MOST_TERMS) {
        var images = (0..<count).map { BlockedImages<T>(e, seed: UInt64($0 + 1)) }
        images[count - 1][0, 1, 2] = .nan
        var y = BlockedImages<T>(e)
        withPointers(images.map(\.stored)) { images in
          withPointers((0..<count).map { channelNumbers(e, seed: UInt64(20 + $0)) }) { factors in
            kernels.linear(
              images.baseAddress, factors.baseAddress, Int32(count), channelNumbers(e, seed: 4), nil, &y.stored, 1, 1,
              4,
              true)
          }
        }
        #expect(y[0, 1, 2].isNaN)
        #expect(y.stored.filter { $0.number.isNaN }.count == 1)
      }
    }
  }

  @Test("floats become the nearest bfloat16, ties the even one, and no NaN becomes infinite")
  func halfRounding() {
    var stream = RandomStream(seed: 1)
    var bits: [UInt32] = (0..<160_000).map { _ in UInt32(truncatingIfNeeded: stream.next()) }
    // Ties, their neighbours, the largest floats, infinities, quiet and signalling NaN.
    for high: UInt32 in [0x3F80, 0x3F81, 0xBF80, 0xBF81, 0x7F7F, 0xFF7F, 0x0000, 0x8000, 0x0001] {
      for low: UInt32 in [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF] { bits.append(high << 16 | low) }
    }
    bits += [0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7F80_0001, 0xFFFF_FFFF, 0x7F80_FFFF]
    let floats = bits.map { Float(bitPattern: $0) }
    // One channel: each pixel goes through the vector path. Adding zero in short arrays takes the other.
    var stored = [tw_bf16](repeating: 0, count: 16 * floats.count)
    tw_block_bf16(floats, &stored, 1, 1, Int32(floats.count))
    for (index, float) in floats.enumerated() {
      let found = stored[16 * index]
      if float.isNaN {
        #expect(found.number.isNaN)
      } else {
        let wanted = tw_bf16(rounding: Double(float))
        if found != wanted { Issue.record("\(float) becomes \(found.number), expected \(wanted.number)") }
      }
    }
  }

  @Test("single numbers round to bfloat16 as sixteen at a time do")
  func halfRoundingOfSingles() {
    // 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷: the even one is 1. With 1 + 2⁻⁷ below, it is above.
    let a: [tw_bf16] = [1, 1 + 0x1p-7, -1, 1, .nan].map { tw_bf16(rounding: $0) }
    let b: [tw_bf16] = [0x1p-8, 0x1p-8, -0x1p-8, 0x1.8p-8, 1].map { tw_bf16(rounding: $0) }
    var y = [tw_bf16](repeating: 0, count: 5)
    tw_add_bf16(a, b, &y, 5)
    let wanted: [Double] = [1, 1 + 0x1p-6, -1, 1 + 0x1p-7]
    #expect(y.prefix(4).map(\.number) == wanted)
    #expect(y[4].number.isNaN)
  }
}
