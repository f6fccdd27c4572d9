import Foundation
import TestSupport
import Testing
import ThalwegDatasets
import ThalwegFiles

/// An IDX file of bytes.
func idx(_ extents: [Int], _ values: [UInt8], magic: [UInt8]? = nil) -> [UInt8] {
  (magic ?? [0, 0, 8, UInt8(extents.count)])
    + extents.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } }
    + values
}

@Suite("Readers of data files")
struct ReaderTests {
  private func file(_ bytes: [UInt8], _ name: String = "f") -> FileBytes {
    FileBytes(name: name, bytes: bytes)
  }

  private func mnist(_ images: [UInt8], _ labels: [UInt8]) throws -> Dataset {
    try IDXReader.dataset(images: file(images, "images"), labels: file(labels, "labels"), name: "toy")
  }

  @Test("IDX files are read, plain and gzipped alike")
  func idxFiles() throws {
    let images = idx([2, 2, 3], [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6])
    let labels = idx([2], [7, 0])
    let plain = try mnist(images, labels)
    #expect(plain.exampleShape == [1, 2, 3])
    #expect(plain.labels == [7, 0])
    #expect(plain.examples([0], normalisation: .none) == [0, 0.2, 0.4, 0.6, 0.8, 1])
    let packed = try mnist(deflated(images, wrapper: .gzip), deflated(labels, wrapper: .gzip))
    #expect(packed.fingerprint == plain.fingerprint)
    #expect(packed.fingerprint.count == 64)
  }

  @Test("an IDX file that lies is an error with its file, plain or gzipped")
  func idxLies() {
    let labels = idx([2], [7, 0])
    let lies = [
      idx([2, 2, 3], [1, 2, 3]), idx([2, 2, 3], [UInt8](repeating: 0, count: 13)),
      idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [1]), idx([0xFFFF_FFFF, 1, 1], [1]), idx([2, 0, 0], []),
      idx([2], [1, 2]), idx([2, 1, 1], [1, 2], magic: [0, 0, 13, 3]), [0, 0, 8], [],
    ]
    for lie in lies {
      #expect(thrown(FileFormatError.self) { try mnist(lie, labels) }?.file == "images")
      let packed = deflated(lie, wrapper: .gzip)
      #expect(thrown(FileFormatError.self) { try mnist(packed, labels) }?.file.hasPrefix("images") == true)
    }
    #expect(throws: DatasetError.self) { try mnist(idx([3, 1, 1], [1, 2, 3]), labels) }
    #expect(throws: DatasetError.self) { try mnist(idx([2, 1, 1], [1, 2]), idx([2], [10, 0])) }
  }

  @Test("a gzipped bomb is unpacked no further than its header announces")
  func gzipBomb() {
    let bomb = deflated(idx([1, 1, 1], [UInt8](repeating: 0, count: 30_000_000)), wrapper: .gzip)
    #expect(thrown(FileFormatError.self) { try mnist(bomb, idx([1], [0])) }?.found.contains("more") == true)
  }

  @Test("records of CIFAR are read, CIFAR-100 by its fine label")
  func cifar() throws {
    let pixels = (0..<3072).map { UInt8(truncatingIfNeeded: $0) }
    let ten = try CIFARReader.cifar10.dataset(file([9] + pixels + [0] + pixels))
    #expect(ten.labels == [9, 0])
    #expect(ten.exampleShape == [3, 32, 32])
    #expect(ten.examples([1], normalisation: .none) == pixels.map { Float(Double($0) / 255) })
    #expect(try CIFARReader.cifar100.dataset(file([3, 99] + pixels)).labels == [99])
    #expect(
      thrown(FileFormatError.self) { try CIFARReader.cifar10.dataset(file([10] + pixels)) }?.offset == 0)
    #expect(
      thrown(FileFormatError.self) { try CIFARReader.cifar100.dataset(file([3, 100] + pixels)) }?.offset == 1)
    for wrong in [[], [1], [1] + pixels + [1]] {
      #expect(throws: FileFormatError.self) { try CIFARReader.cifar10.dataset(file(wrong)) }
    }
  }

  @Test("comma-separated numbers are read, with header, spaces, carriage returns and no last line end")
  func csv() throws {
    let text = "width,height,class\r\n1, -2.5,0\r\n\r\n0.5,1e2 ,3"
    let set = try CSVReader.dataset(file(Array(text.utf8)), name: "toy")
    #expect(set.exampleShape == [2])
    #expect(set.classCount == 4)
    #expect(set.labels == [0, 3])
    #expect(set.examples([0, 1], normalisation: .none) == [1, -2.5, 0.5, 100])
  }

  @Test(
    "a table that is none is an error at its byte",
    arguments: [
      ("", 0), ("a,b\n", 4), ("1,2\n1,x\n", 6), ("1,2\n1,2,3\n", 4), ("1\n", 0), ("1,nan\n", 2),
      ("1,-1\n", 0),
      ("1,0.5\n", 0), ("1,1e9\n", 0), ("1e39,0\n1,1\n", 0), ("1,1\n1e39,0\n", 4),
      ("\"1\",\"0\"\n1,1\n", 0), ("1,,0\n", 2), ("1,0\n,", 4),
    ])
  func csvLies(_ text: String, _ offset: Int) {
    let error = thrown(FileFormatError.self) { try CSVReader.dataset(file(Array(text.utf8)), name: "toy") }
    #expect(error?.offset == offset, "\(String(describing: error))")
  }

  @Test("a line of names is passed over, and the mark that spreadsheets write first is not part of a number")
  func csvBeginnings() throws {
    for text in ["x,class\n1,0\n2,1\n", "\u{FEFF}1,0\n2,1\n"] {
      #expect(try CSVReader.dataset(file(Array(text.utf8)), name: "toy").labels == [0, 1])
    }
  }

  @Test("optical digits have 64 pixels from 0 to 16 and a class")
  func optdigits() throws {
    let row = (0..<64).map { "\($0 % 17)" }.joined(separator: ",")
    let set = try CSVReader.optdigits(file(Array("\(row),9\n".utf8)), name: "toy")
    #expect(set.exampleShape == [1, 8, 8])
    #expect(set.examples([0], normalisation: .meanAndDeviation([0], [16]))[16] == 1)
    for wrong in ["1,2\n", "\(row.dropLast(2))17,9\n", "\(row.dropLast(2))0.5,9\n"] {
      #expect(throws: FileFormatError.self) { try CSVReader.optdigits(file(Array(wrong.utf8)), name: "toy") }
    }
    #expect(throws: DatasetError.self) {
      try CSVReader.optdigits(file(Array("\(row),10\n".utf8)), name: "toy")
    }
  }

  @Test("3000 files of each kind, changed at random, give an error or a set no larger than the file unpacked")
  func mutations() {
    let images = idx([2, 2, 3], [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6])
    let labels = idx([2], [7, 0])
    let packed = deflated(images, wrapper: .gzip)
    let record = [UInt8](repeating: 1, count: 3073)
    let table = Array("a,b,c\n1,2,0\n3.5,-4e1,1\n5,6,2\n".utf8)
    for index in 0..<3000 {
      let sets = [
        try? mnist(mutated(images, seed: 5, index: index), labels),
        try? mnist(mutated(packed, seed: 6, index: index), labels),
        try? mnist(images, mutated(labels, seed: 7, index: index)),
        try? CSVReader.dataset(file(mutated(table, seed: 8, index: index)), name: "toy"),
        index % 10 == 0
          ? try? CIFARReader.cifar10.dataset(file(mutated(record, seed: 9, index: index))) : nil,
      ]
      for set in sets.compactMap({ $0 }) { #expect(set.count * set.exampleSize <= 4000) }
    }
  }

  @Test(
    "the real MNIST has 60,000 and 10,000 digits",
    .enabled(if: sharedExists("data/mnist"), "needs the shared data folder"))
  func realMNIST() throws {
    let source = try DatasetSource("mnist:\(sharedFolder)/data/mnist")
    let test = try source.load(split: .test)
    #expect(test.count == 10_000)
    #expect(test.labels.prefix(10) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    #expect(test.name == "mnist test")
    #expect(try source.load(split: .train).labels.prefix(5) == [5, 0, 4, 1, 9])
  }

  @Test(
    "the real CIFAR-10 has 1000 test images of each class; one batch can be read alone",
    .enabled(if: sharedExists("data/cifar-10"), "needs the shared data folder"))
  func realCIFAR() throws {
    let test = try DatasetSource("cifar10:\(sharedFolder)/data/cifar-10").load(split: .test)
    for label in 0..<10 { #expect(test.labels.count { $0 == Int32(label) } == 1000) }
    let batch = try DatasetSource("cifar10:\(sharedFolder)/data/cifar-10/test_batch.bin").load(split: .train)
    #expect(batch.fingerprint == test.fingerprint)
    #expect(batch.name == "cifar10 test_batch.bin")
  }

  @Test(
    "the real optical digits have 3823 and 1797 rows",
    .enabled(if: sharedExists("data/optdigits"), "needs the shared data folder"))
  func realOptdigits() throws {
    let source = try DatasetSource("optdigits:\(sharedFolder)/data/optdigits")
    #expect(try source.load(split: .train).count == 3823)
    #expect(try source.load(split: .test).count == 1797)
    #expect(
      try DatasetSource("optdigits:\(sharedFolder)/data/optdigits/optdigits.tes").load(split: .test).count
        == 1797)
  }
}
