import Foundation
import Testing
import ThalwegFuzzing

/// A short form of the program `Fuzz` of the package `Benchmarks`.
@Suite("Readers of untrusted bytes")
struct ReaderFuzzTests {
  private static let folder = FileManager.default.temporaryDirectory.path + "/thalweg-fuzz-\(UUID().uuidString)"

  private func readers(_ name: String) throws -> [FuzzReader] {
    try FuzzReader.all(folder: Self.folder + "-\(name)")
  }

  @Test("every reader accepts its own samples")
  func samples() throws {
    defer { try? FileManager.default.removeItem(atPath: Self.folder + "-samples") }
    for reader in try readers("samples") {
      for (index, sample) in reader.samples.enumerated() {
        #expect(reader.read(sample) == .accepted, "sample \(index) of \(reader.name)")
      }
    }
  }

  @Test("300 mutated inputs (20 where they are slow) give each reader a value or one line, and never a crash")
  func mutations() throws {
    defer { try? FileManager.default.removeItem(atPath: Self.folder + "-mutations") }
    for reader in try readers("mutations") {
      for index in 0..<(reader.isSlow ? 20 : 300) {
        if case .untidy(let text) = reader.read(reader.input(index, seed: 1)) {
          Issue.record("\(reader.name), input \(index): \(text.prefix(300))")
        }
      }
    }
  }

  @Test("an input depends on its number and the seed alone")
  func determinism() throws {
    defer { try? FileManager.default.removeItem(atPath: Self.folder + "-determinism") }
    let readers = try readers("determinism")
    for reader in readers where reader.name == "h5" || reader.name == "network" {
      let inputs = (0..<50).map { reader.input($0, seed: 3) }
      #expect(inputs == (0..<50).map { reader.input($0, seed: 3) })
      #expect(Set(inputs).count > 40)
      #expect(inputs != (0..<50).map { reader.input($0, seed: 4) })
    }
  }
}
