import Foundation
import TestSupport
import Testing
import ThalwegDatasets
import ThalwegFiles

@Suite("Sources of data")
struct SourceTests {
  @Test(
    "a source's text is read and written back",
    arguments: [
      "mnist:a/b", "fashion-mnist:x", "cifar10:C:/with:colon", "cifar100:x", "optdigits:x", "csv:x", "xor",
      "shapes:count=7,test=3,size=12,colour=rgb,noise=0.1,seed=9",
      "spirals:count=5,test=6,classes=3,noise=0.0,turns=2.0,seed=4",
    ])
  func roundTrip(_ text: String) throws {
    #expect(try DatasetSource(text).description == text)
  }

  @Test("one file and exclusive or have one set of examples for both splits, a folder has two")
  func oneSplit() throws {
    let folder = FileManager.default.temporaryDirectory.path
    for text in ["csv:\(folder)/no.csv", "optdigits:\(folder)/no.tra", "cifar10:\(folder)/no.bin", "xor"] {
      #expect(try DatasetSource(text).hasOneSplit)
    }
    for text in ["csv:\(folder)", "cifar100:\(folder)", "mnist:\(folder)", "shapes", "spirals"] {
      #expect(try !DatasetSource(text).hasOneSplit)
    }
  }

  @Test("options left out have their defaults")
  func defaults() throws {
    #expect(try DatasetSource("shapes") == .shapes(Dataset.Shapes()))
    #expect(try DatasetSource("spirals:") == .spirals(Dataset.Spirals()))
    #expect(try DatasetSource("shapes:size=16") == .shapes(Dataset.Shapes()))
  }

  @Test(
    "a text that names no source says in one line what is allowed",
    arguments: [
      ("", "mnist:PATH"), ("imagenet:x", "mnist:PATH"), ("mnist", "mnist:PATH"), ("mnist:", "mnist:PATH"),
      ("a\nb", "mnist:PATH"), ("xor:1", "no options"), ("shapes:size", "NAME=VALUE"),
      ("shapes:size=7", "8 to 64"), ("shapes:size=x", "8 to 64"), ("shapes:colour=red", "grey or rgb"),
      ("shapes:big=1", "count, test, size, colour, noise, seed"),
      ("shapes:size=9,size=9", "each option once"),
      ("shapes:count=99999999999999999999", "1 to 1000000"), ("spirals:classes=1", "2 to 100"),
      ("spirals:noise=nan", "0.0 to 10.0"), ("spirals:seed=-1", "0 to"), ("shapes:count=1,", "NAME=VALUE"),
    ])
  func badTexts(_ text: String, _ allowed: String) {
    let error = thrown(DatasetError.self) { try DatasetSource(text) }
    #expect(error?.description.contains(allowed) == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("a folder without the files, or none at all, names what was looked for")
  func missing() throws {
    let error = thrown(DatasetError.self) { try DatasetSource("mnist:/nowhere").load(split: .test) }
    #expect(
      error?.description.contains("t10k-labels-idx1-ubyte.gz") == true
        || error?.description.contains("t10k-images-idx3-ubyte.gz") == true)
    #expect(throws: FileAccessError.self) { try DatasetSource("csv:/nowhere").load(split: .test) }
  }

  @Test("exclusive or has four points, the same in both splits")
  func xor() throws {
    let set = try DatasetSource("xor").load(split: .train)
    #expect(set.labels == [0, 1, 1, 0])
    #expect(set.examples([2], normalisation: .none) == [1, 0])
    #expect(try DatasetSource("xor").load(split: .test).fingerprint == set.fingerprint)
  }

  @Test("points without noise lie on their arms, and classes take turns")
  func spirals() throws {
    let set = try DatasetSource("spirals:count=60,classes=3,noise=0,turns=0").load(split: .train)
    let values = set.examples(Array(0..<60), normalisation: .none)
    for index in 0..<60 {
      #expect(set.labels[index] == Int32(index % 3))
      // Without turns an arm is the ray at 120° times its class; a cross product with its direction is 0 up to
      // the rounding of two floats of at most 1.
      let ray: (Float, Float) = [(1, 0), (-0.5, 0.866_025_4), (-0.5, -0.866_025_4)][index % 3]
      #expect(abs(values[2 * index] * ray.1 - values[2 * index + 1] * ray.0) < 4 * Float.ulpOfOne)
      #expect(values[2 * index] * ray.0 + values[2 * index + 1] * ray.1 >= 0.049)
    }
  }

  @Test("synthetic sets repeat with their seed, differ between seeds and splits, and prefixes agree")
  func seeds() throws {
    for kind in ["shapes", "spirals"] {
      let set = try DatasetSource("\(kind):count=40,test=40").load(split: .train)
      #expect(try DatasetSource("\(kind):count=40").load(split: .train).fingerprint == set.fingerprint)
      #expect(
        try DatasetSource("\(kind):count=50").load(split: .train).prefix(40).fingerprint == set.fingerprint)
      #expect(try DatasetSource("\(kind):count=40,seed=2").load(split: .train).fingerprint != set.fingerprint)
      #expect(try DatasetSource("\(kind):test=40").load(split: .test).fingerprint != set.fingerprint)
    }
  }

  @Test("shapes are balanced pictures of ten classes that the nearest class mean cannot tell apart")
  func shapes() throws {
    let source = try DatasetSource("shapes:count=1000,test=500")
    let (train, test) = (try source.load(split: .train), try source.load(split: .test))
    #expect(train.exampleShape == [1, 16, 16])
    #expect(Dataset.Shapes.classNames.count == 10)
    for label in 0..<10 { #expect(train.labels.count { $0 == Int32(label) } == 100) }
    let size = train.exampleSize
    var means = [[Float]](repeating: [Float](repeating: 0, count: size), count: 10)
    let values = train.examples(Array(0..<1000), normalisation: .none)
    for index in 0..<1000 {
      for pixel in 0..<size { means[Int(train.labels[index])][pixel] += values[index * size + pixel] / 100 }
    }
    let images = test.examples(Array(0..<500), normalisation: .none)
    var correct = 0
    for index in 0..<500 {
      let distances = means.map { mean in
        (0..<size).reduce(Float(0)) {
          let difference = images[index * size + $1] - mean[$1]
          return $0 + difference * difference
        }
      }
      correct += distances.indices.min { distances[$0] < distances[$1] } == Int(test.labels[index]) ? 1 : 0
    }
    #expect(correct < 200)
  }

  @Test("coloured shapes have three channels that differ")
  func colours() throws {
    let set = try DatasetSource("shapes:count=10,colour=rgb,noise=0").load(split: .train)
    #expect(set.exampleShape == [3, 16, 16])
    let values = set.examples([0], normalisation: .none)
    #expect(Array(values[..<256]) != Array(values[256..<512]))
  }
}
