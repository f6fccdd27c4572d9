import Foundation
import Testing

@Suite("Examples")
struct ExampleTests {
  @Test("the library's example trains and prints nine points with the smallest loss at its centre")
  func lossSlice() throws {
    let program = try #require(Program.path, "the program is not beside the tests")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program).deletingLastPathComponent().appendingPathComponent(
      "loss-slice")
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let losses: [Double: Double] = output.split(separator: "\n").reduce(into: [:]) { losses, line in
      let words = line.split(separator: " ")
      guard words.count == 5, words[1] == "loss", let x = Double(words[0]), let loss = Double(words[2]) else { return }
      losses[x] = loss
    }
    #expect(losses.count == 9)
    #expect(losses.min { $0.value < $1.value }?.key == 0)
  }
}
