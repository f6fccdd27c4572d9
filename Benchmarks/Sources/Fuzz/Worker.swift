import CMemoryPeak
import Foundation
import ThalwegFuzzing

/// The numbers that a child shares with its parent.
enum SharedNumber: Int, CaseIterable {
  /// The input in work; the parent reads it when the child is dead.
  case current
  /// Nanoseconds of processor time when it began.
  case begun
  case accepted, refused, untidy, large, slowestNanoseconds, mostMemory, mostMemoryInput, mostMemoryLength
  /// Number of an input plus 1, 0 for none.
  case firstUntidy, firstLarge, firstSlow, slow
}

/// The child: reads one input after another and writes down what became of it.
struct Worker {
  /// An input that takes longer has hung.
  static let secondsBound = 2.0

  let options: FuzzOptions
  let child: FuzzOptions.Child

  func run() throws {
    guard let numbers = memory_attach(child.descriptor, SharedNumber.allCases.count) else {
      throw FuzzOptions.Problem("found no shared memory")
    }
    func add(_ number: SharedNumber, _ value: Int64 = 1) { numbers[number.rawValue] += value }
    let readers = try FuzzReader.all(folder: options.folder)
    guard let reader = readers.first(where: { $0.name == options.reader }) else { return }
    // What is loaded and cached at the first use is nobody's fault.
    for sample in reader.samples { _ = reader.read(sample) }
    for index in child.first..<max(child.first, options.count) {
      let input = reader.input(index, seed: options.seed)
      numbers[SharedNumber.current.rawValue] = Int64(index)
      let start = Self.processorNanoseconds
      numbers[SharedNumber.begun.rawValue] = start
      memory_begin()
      let outcome = reader.read(input)
      let memory = memory_peak()
      let duration = Self.processorNanoseconds - start
      switch outcome {
      case .accepted: add(.accepted)
      case .refused: add(.refused)
      case .untidy:
        add(.untidy)
        note(.firstUntidy, index, numbers)
      }
      if duration > numbers[SharedNumber.slowestNanoseconds.rawValue] {
        numbers[SharedNumber.slowestNanoseconds.rawValue] = duration
      }
      if Double(duration) > Self.secondsBound * 1e9 {
        add(.slow)
        note(.firstSlow, index, numbers)
      }
      if memory > 4 * Int64(input.count) + Int64(reader.allowance) {
        add(.large)
        note(.firstLarge, index, numbers)
      }
      if memory > numbers[SharedNumber.mostMemory.rawValue] {
        numbers[SharedNumber.mostMemory.rawValue] = memory
        numbers[SharedNumber.mostMemoryInput.rawValue] = Int64(index)
        numbers[SharedNumber.mostMemoryLength.rawValue] = Int64(input.count)
      }
    }
    numbers[SharedNumber.current.rawValue] = Int64(options.count)
  }

  private func note(_ number: SharedNumber, _ index: Int, _ numbers: UnsafeMutablePointer<Int64>) {
    if numbers[number.rawValue] == 0 { numbers[number.rawValue] = Int64(index) + 1 }
  }

  /// Processor time of this process, which other programs on a busy machine don't lengthen.
  static var processorNanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
