import Foundation
import TestSupport
import Testing
import ThalwegCheckpoints
import ThalwegFiles

@Suite("torch.save")
struct TorchTests {
  /// The files that ``TorchFixtures`` holds, by name.
  enum Fixture: String, CaseIterable {
    case oldProtocol2, oldProtocol4, zip, zipDeflated

    var bytes: [UInt8] {
      switch self {
      case .oldProtocol2: TorchFixtures.oldProtocol2
      case .oldProtocol4: TorchFixtures.oldProtocol4
      case .zip: TorchFixtures.zip
      case .zipDeflated: TorchFixtures.zipDeflated
      }
    }
  }

  private func read(_ bytes: [UInt8]) throws -> Checkpoint {
    try Checkpoint(FileBytes(name: "t.pt", bytes: bytes))
  }

  /// What all fixtures hold: see `Fixtures/make_fixtures.py`.
  private func expectState(_ checkpoint: Checkpoint) {
    let values: [(String, [Int], TensorValues)] = [
      ("plain", [2, 3], .float32([0, 1, 2, 3, 4, 5])),
      ("transposed", [3, 2], .float32([0, 3, 1, 4, 2, 5])),
      ("row", [3], .float32([3, 4, 5])),
      ("parameter", [2], .float32([0.5, -0.25])),
      ("half", [3], .float32([1.5, -2, 65504])),
      ("brain", [2], .float32([1.5, -3])),
      ("double", [1, 1], .float64([0.1])),
      ("tracked", [], .int64([7])),
      ("flags", [3], .bool([true, false, true])),
      ("bytes", [2], .uint8([0, 255])),
      ("empty", [0, 4], .float32([])),
    ]
    #expect(checkpoint.tensors.map(\.name) == values.map(\.0))
    for (name, shape, expected) in values {
      #expect(checkpoint[name]?.shape == shape)
      #expect(checkpoint[name]?.values == expected)
    }
    #expect(checkpoint["brain"]?.storedType == .bfloat16)
  }

  @Test("a nested dictionary of the old form gives tensors, numbers beside them and the stripped prefix")
  func oldForm() throws {
    let checkpoint = try read(TorchFixtures.oldProtocol2)
    expectState(checkpoint)
    #expect(checkpoint.format == .torchPickle)
    #expect(checkpoint.metadata == ["epoch": "3", "best": "91.5", "arch": "toy"])
    #expect(checkpoint.container == ["model"])
    #expect(checkpoint.strippedPrefix == "module.")
  }

  @Test("the old form with pickle protocol 4 reads the same")
  func oldFormProtocol4() throws {
    let checkpoint = try read(TorchFixtures.oldProtocol4)
    expectState(checkpoint)
    #expect(checkpoint.container == ["state_dict"])
    #expect(checkpoint.strippedPrefix == nil)
  }

  @Test("the zip form reads the same as the old form")
  func zipForm() throws {
    let checkpoint = try read(TorchFixtures.zip)
    expectState(checkpoint)
    #expect(checkpoint.format == .torchZip)
    #expect(checkpoint.metadata == ["epoch": "3", "best": "91.5", "arch": "toy"])
  }

  @Test("a bare dictionary in an archive with deflated members is read")
  func deflatedZip() throws {
    let checkpoint = try read(TorchFixtures.zipDeflated)
    expectState(checkpoint)
    #expect(checkpoint.container.isEmpty)
  }

  @Test("a pickled module is refused by the name of its class, with file, member and offset")
  func wholeModule() {
    let error = thrown(FileFormatError.self) { try read(TorchFixtures.zipModule) }
    #expect(error?.found == "the global “torch.nn.modules.linear.Linear”")
    #expect(error?.file.hasSuffix("(archive/data.pkl)") == true)
    #expect((error?.offset ?? 0) > 0)
  }

  @Test("a file cut at any place is an error", arguments: Fixture.allCases)
  func cut(_ fixture: Fixture) {
    let bytes = fixture.bytes
    let lengths = Array(stride(from: 0, to: bytes.count, by: 13)) + Array((bytes.count - 30)..<bytes.count)
    for length in lengths {
      #expect(throws: FileFormatError.self) { try read(Array(bytes[..<length])) }
    }
  }

  @Test("a flipped bit in a member of the archive breaks its checksum")
  func checksum() throws {
    var bytes = TorchFixtures.zip
    let values: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]  // The floats 1 and 2.
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: values) })
    bytes[place] ^= 1
    #expect(thrown(FileFormatError.self) { try read(bytes) }?.found.contains("checksum") == true)
  }

  @Test(
    "3000 files changed at random give an error or a checkpoint within 16 times the file, or 1 MiB",
    arguments: Fixture.allCases)
  func mutations(_ fixture: Fixture) {
    let bytes = fixture.bytes
    for index in 0..<3000 {
      let changed = mutated(bytes, seed: 2, index: index)
      if let checkpoint = try? read(changed) {
        let size = checkpoint.tensors.reduce(0) { $0 + $1.values.count * $1.values.elementType.byteCount }
        // Widening doubles at most.
        #expect(size <= 2 * max(1 << 20, 16 * changed.count))
      }
    }
  }

  @Test(
    "a ResNet-20 trained and saved by others is read with all its 97 tensors",
    .enabled(if: sharedExists("data/checkpoints/resnet20-12fca82f.th"), "needs the shared data folder"))
  func realFile() throws {
    let checkpoint = try Checkpoint.read("\(sharedFolder)/data/checkpoints/resnet20-12fca82f.th")
    #expect(checkpoint.tensors.count == 97)
    #expect(checkpoint.tensors[0].name == "conv1.weight")
    #expect(checkpoint.tensors[0].shape == [16, 3, 3, 3])
    #expect(checkpoint["linear.weight"]?.shape == [10, 64])
    #expect(checkpoint.strippedPrefix == "module.")
    #expect(checkpoint.metadata["best_prec1"] == "91.78000183105469")
    let trainable = checkpoint.tensors.filter { !$0.name.contains("running") }
    #expect(trainable.reduce(0) { $0 + $1.values.count } == 269_722)
    // The sum of all 64-bit sums as PyTorch 2.3.1 gives it: 97 tensors of at most 36,864 values, each
    // below 16 in size, lose less than 1e-9 by another order of summation.
    let sum = checkpoint.tensors.reduce(0) { $0 + $1.values.floats.reduce(0) { $0 + Double($1) } }
    #expect(abs(sum - 139.7826495598208) < 1e-9)
  }
}
