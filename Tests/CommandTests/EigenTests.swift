import Foundation
import Testing
import ThalwegCheckpoints
import ThalwegStores

@Suite("The eigen command")
struct EigenTests {
  /// Relative error of products in single precision: some rounding errors of 2⁻²⁴ for each of about 10² sums in a row.
  private let roundoff = 1e-5

  private func pairs(_ json: JSONValue, _ end: String) -> [(value: Double, residual: Double?)] {
    (json["eigen"]?["pairs"] ?? []).entries.filter { $0["end"]?.stringValue == end }.map {
      ($0["value"]?.doubleValue ?? .nan, $0["residual"]?.doubleValue)
    }
  }

  @Test(
    "a search finds the ends of the dense spectrum within its residuals",
    arguments: ["hessian", "gauss-newton", "fisher", "empirical-fisher", "covariance"])
  func ends(matrix: String) throws {
    let fixture = try CurvatureFixture.shared.get()
    let options = ["--operator", matrix, "--largest", "3", "--smallest", "2"]
    let found = try fixture.json(
      "eigen", "run", options[0], options[1], "--largest", "3", "--smallest", "2", "--tolerance", "1e-6",
      out: "eigen-" + matrix)
    let exact = try fixture.json(
      "eigen", "run", options[0], options[1], "--largest", "3", "--smallest", "2", "--exact", out: "exact-" + matrix)
    let all = (exact["eigenvalues"] ?? []).entries.compactMap(\.doubleValue)
    #expect(all.count == CurvatureFixture.dimension && all == all.sorted())
    let scale = all.map(abs).max() ?? 0
    for end in ["largest", "smallest"] {
      let (left, right) = (pairs(found, end), pairs(exact, end))
      #expect(left.count == (end == "largest" ? 3 : 2) && right.count == left.count)
      for (pair, other) in zip(left, right) {
        let residual = try #require(pair.residual)
        #expect(abs(pair.value - other.value) <= residual + roundoff * scale, "\(pair) is not \(other)")
        #expect(residual <= (1e-6 + roundoff) * scale)
      }
    }
    #expect(pairs(exact, "largest")[0].value == all[all.count - 1] && pairs(exact, "smallest")[0].value == all[0])
    if matrix != "hessian" { #expect(all[0] >= -roundoff * scale, "it is not positive semidefinite") }
    #expect(FileManager.default.fileExists(atPath: fixture.folder("exact-\(matrix)/eigenvalues.csv")))
  }

  @Test("a block's largest eigenvalue is at most that of the whole, and its parts are named")
  func block() throws {
    let fixture = try CurvatureFixture.shared.get()
    let whole = try fixture.json("eigen", "run", "--largest", "1", "--smallest", "0", out: "whole")
    let block = try fixture.json(
      "eigen", "run", "--largest", "1", "--smallest", "0", "--parameters", "dense", out: "block")
    #expect(block["dimension"] == 24)  // 2 · 6 + 6 · 2
    let (outer, inner) = (pairs(whole, "largest")[0].value, pairs(block, "largest")[0].value)
    #expect(inner <= outer + roundoff * outer)
    let refused = try Program.run("eigen", "run", "--parameters", "conv9", in: fixture.folder)
    #expect(refused.status == 64 && refused.isOneLineError && refused.errors.contains("conv9"))
  }

  @Test("the loss along a stored eigenvector has the eigenvalue as its second derivative")
  func storedVector() throws {
    let fixture = try CurvatureFixture.shared.get()
    let folder = fixture.folder
    let json = try fixture.json(
      "eigen", "run", "--largest", "2", "--smallest", "1", "--store-vectors", out: "vectors")
    let value = pairs(json, "largest")[0].value
    let file = try Checkpoint.read(folder("vectors/vectors/largest-01.safetensors"))
    #expect(file.tensors.map(\.name) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])
    let norm = file.tensors.flatMap { $0.values.floats }.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    // 32 entries, each rounded once.
    #expect(abs(norm - 1) <= 32 * 0x1p-24)
    #expect(file.metadata["thalweg.eigenvalue"].flatMap(Double.init) == value)

    // Offsets 0.1 and 0.2 to both sides.
    let result = try Program.run(
      "slice", "run", "--direction-file", "vectors/vectors/largest-01.safetensors", "--subset", "200",
      "--x=-0.2:0.2:5", "--threads", "1", "--out", "along", in: folder)
    try #require(result.status == 0, "\(result.errors)")
    let losses = try RunFolder.open(folder("along")).surface(named: "loss").allPoints().compactMap(\.loss)
    let near: Double = (losses[1] + losses[3] - 2 * losses[2]) / 0.01
    let far: Double = (losses[0] + losses[4] - 2 * losses[2]) / 0.04
    // Differences err by a multiple of h², of which a third of their difference is the part at the smaller h; what is left
    // is of fourth order and smaller. Losses of about 1 have an error of about 2⁻²⁴, which h² = 0.01 divides.
    let extrapolated = near + (near - far) / 3
    let bound: Double = abs(near - far) / 3 + 4 * 0x1p-24 / 0.01
    let error: Double = abs(extrapolated - value)
    #expect(error <= bound, "\(extrapolated), \(value)")
  }

  @Test("a plane along two stored directions is drawn, and other tensors are refused")
  func storedPlane() throws {
    let fixture = try CurvatureFixture.shared.get()
    let folder = fixture.folder
    _ = try fixture.json("eigen", "run", "--largest", "2", "--smallest", "0", "--store-vectors", out: "plane")
    let files = ["plane/vectors/largest-01.safetensors", "plane/vectors/largest-02.safetensors"]
    let options = ["--subset", "200", "--x=-1:1:5", "--y=-1:1:3"]
    for normalise in ["none", "filter"] {
      let result = try Program(
        ["surface", "run", "--direction-file"] + files + ["--normalise", normalise, "--out", "plane-\(normalise)"]
          + options, in: folder
      ).finish()
      #expect(result.status == 0, "\(result.errors)")
    }
    let facts = try RunFolder.open(folder("plane-none")).facts.all()
    // Eigenvectors of different eigenvalues are orthogonal, up to their residuals and single precision.
    #expect(try abs(#require(facts["cosine"]?.doubleValue)) < 1e-3)
    let fitted = try RunFolder.open(folder("plane-filter")).facts.all()
    // By filter each row is as long as the network's; the biases don't move.
    let lengths = try #require(fitted["directionNorms"]).entries.compactMap(\.doubleValue)
    let state = try Checkpoint.read(folder("run/checkpoints/epoch-000002.safetensors"))
    let weights = state.tensors.filter { $0.shape.count == 2 }.flatMap { $0.values.floats }
    let length = weights.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(lengths.count == 2 && lengths.allSatisfy { abs($0 - length) <= 1e-5 * length })
    let other = try SlowFixture.shared.get().folder
    let refused = try Program.run(
      "slice", other("run"), "--direction-file", files[0], "--out", "refused", in: folder)
    #expect(refused.status == 1 && refused.isOneLineError && refused.errors.contains("fc1.weight"))
  }

  @Test("a search that was ended goes on and ends with the same content")
  func resumed() throws {
    let fixture = try SlowFixture.shared.get()
    let arguments = ["eigen", "run", "--largest", "6", "--smallest", "4", "--threads", "1", "--tolerance", "1e-6"]
    let whole = try Program(arguments + ["--out", "whole"], in: fixture.folder).finish()
    #expect(whole.status == 0, "\(whole.errors)")
    let ended = try fixture.interrupted(
      arguments + ["--products", "300", "--out", "cut"], when: "eigen  10 %", by: SIGTERM)
    #expect(ended.status == 0 && ended.output.contains("going on after "), "\(ended.errors)")
    let same = try Program(arguments + ["--products", "300", "--out", "same"], in: fixture.folder).finish()
    #expect(same.status == 0)
    let digests = try ["cut", "same"].map { try RunFolder.open(fixture.folder($0)).contentDigest() }
    #expect(digests[0] == digests[1])
    #expect(try fixture.folder.bytes("cut/eigen.csv") == fixture.folder.bytes("same/eigen.csv"))
    #expect(!FileManager.default.fileExists(atPath: fixture.folder("cut/search.plist")))
    let again = try Program(arguments + ["--products", "300", "--out", "cut"], in: fixture.folder).finish()
    #expect(again.status == 0 && again.output.contains("everything is done already"))
  }

  @Test("the account states the partition, the memory, the time, and why it stopped")
  func account() throws {
    let fixture = try SlowFixture.shared.get()
    let result = try Program.run(
      "eigen", "run", "--batch-norm", "batch:60", "--largest", "2", "--smallest", "1", "--memory", "1K",
      "--out", "account", in: fixture.folder)
    #expect(result.status == 0, "\(result.errors)")
    for text in [
      "consecutive batches in data order: 3 of 60 and one of 20", "made anew for every product", "forecast ",
      "a product: at most", "asymmetry ", "fresh start", "stopped      all wanted pairs converged",
    ] {
      #expect(result.output.contains(text), "'\(text)' is missing in \(result.output)")
    }
  }

  @Test(
    "matrices that batch statistics leave undefined are refused before any work",
    arguments: ["fisher", "empirical-fisher", "covariance"])
  func undefined(matrix: String) throws {
    let fixture = try SlowFixture.shared.get()
    let result = try Program.run(
      "eigen", "run", "--batch-norm", "batch:60", "--operator", matrix, "--out", "undefined", in: fixture.folder)
    #expect(result.status == 1 && result.isOneLineError && result.output.isEmpty)
    #expect(result.errors.contains("the loss of an example depends on all others of its batch"))
    #expect(!FileManager.default.fileExists(atPath: fixture.folder("undefined")))
  }

  @Test("a matrix that is too large for a dense one is refused with its size")
  func tooLarge() throws {
    let folder = try TestFolder()
    let trained = try Program.run(
      "train", "--network", "mlp", "--data", "shapes:count=20,test=10,size=8", "--epochs", "1",
      "--batch", "10", "--out", "run", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    let result = try Program.run("eigen", "run", "--exact", in: folder)
    #expect(result.status == 1 && result.isOneLineError && result.errors.contains("above the limit 20000"))
  }
}
