import Foundation
import Testing
import ThalwegCatalogue
import ThalwegSurfaces

@Suite("The quick start's conclusions")
struct QuickstartTests {
  private func estimate(_ value: Double, _ error: Double) -> Estimate {
    Estimate(value: value, standardError: error, sampleCount: 3, target: .population)
  }

  @Test("a difference within the errors is said to be none")
  func noDifference() {
    let comparison = Comparison(
      quantity: "Roughness", first: estimate(0.1, 0.05), second: estimate(0.2, 0.05))
    #expect(comparison.sentence.contains("shows no clear difference"))
    // Equal errors of three samples each leave 4 degrees of freedom.
    #expect(abs(comparison.threshold - 2.776) < 0.01)
  }

  @Test("a clear difference is stated in the direction that was found")
  func differences() {
    let rougher = Comparison(quantity: "Roughness", first: estimate(0.1, 0.01), second: estimate(0.2, 0.01))
    #expect(rougher.sentence.hasPrefix("Roughness is larger without shortcuts"))
    let smoother = Comparison(quantity: "Roughness", first: estimate(0.2, 0.01), second: estimate(0.1, 0.01))
    #expect(smoother.sentence.hasPrefix("Roughness is smaller without shortcuts"))
  }

  @Test("when one estimate has all the error, its own degrees of freedom count")
  func unequalErrors() {
    let comparison = Comparison(quantity: "Roughness", first: estimate(0, 0), second: estimate(0.1, 0.03))
    #expect(abs(comparison.threshold - 4.303) < 0.001)
    #expect(comparison.sentence.contains("shows no clear difference"))
  }

  @Test("both sizes keep the depth, and differ between the networks in the shortcuts only")
  func depth() {
    for isShort in [false, true] {
      let settings = QuickstartSettings(isShort: isShort)
      #expect(QuickstartSettings.depth == 44)
      #expect(settings.directionSeeds.count >= 3)
    }
  }

  @Test("a folder with other things in it, and a file in its place, are refused and left alone")
  func foreignFolder() throws {
    let folder = try TestFolder()
    try FileManager.default.createDirectory(atPath: folder("mine"), withIntermediateDirectories: true)
    try "thesis".write(toFile: folder("mine/thesis.tex"), atomically: true, encoding: .utf8)
    for out in ["mine", "mine/thesis.tex"] {
      let result = try Program.run("quickstart", "--short", "--out", out, in: folder)
      #expect(result.status == 1 && result.isOneLineError && result.output.isEmpty, "\(result.errors)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("mine")) == ["thesis.tex"])
  }

  @Test("a quick start of another size is refused before its plan")
  func otherSize() throws {
    let folder = try TestFolder()
    let begun = try Program(["quickstart", "--short"], in: folder)
    begun.wait(toSay: "forecast")  // The run of the first network has been opened.
    kill(begun.process.processIdentifier, SIGKILL)
    _ = try begun.finish()
    let other = try Program.run("quickstart", in: folder)
    #expect(other.status == 1 && other.isOneLineError && other.output.isEmpty, "\(other.errors)")
  }
}
