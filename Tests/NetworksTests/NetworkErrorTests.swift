import Testing
import ThalwegNetworks

@Suite("Networks that cannot be made")
struct NetworkErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    var inputShape = [3, 32, 32]
    var classCount = 10
    let says: String
    var testDescription: String { "\(text) on \(inputShape)" }
  }

  static let cases = [
    Case(text: "resnet", says: "no network is called 'resnet'; there are mlp, lenet"),
    Case(text: "resnet21", says: "no network is called 'resnet21'"),
    Case(text: "resnet1000000000000000000000", says: "no network is called"),
    Case(text: "resnet2", says: "no network is called 'resnet2'"),
    Case(text: "resnet-20", says: "no network is called 'resnet-20'"),
    Case(text: "", says: "no network is called ''"),
    Case(text: "alexnet", says: "no network is called 'alexnet'"),
    Case(text: "resnet20:depth=3", says: "'depth=3' means nothing to resnet20; allowed: width=N"),
    Case(text: "resnet20:width=wide", says: "'width=wide' means nothing"),
    Case(text: "resnet20-noshort:shortcut=b", says: "'shortcut=b' means nothing to resnet20-noshort"),
    Case(text: "resnet20:", says: "'' means nothing to resnet20"),
    Case(text: "resnet20:width=0", says: "the width of resnet20 is 0, expected at least 1"),
    Case(text: "resnet20:width=-4", says: "the width of resnet20 is -4"),
    Case(text: "resnet20:width=9223372036854775807", says: "more than 2147483648 numbers"),
    Case(text: "resnet20:width=1000000", says: "more than 2147483648 numbers"),
    Case(
      text: "resnet20", inputShape: [784], says: "conv1 needs images [channels, height, width], found [784]"),
    Case(text: "resnet20", inputShape: [32, 32], says: "found [32, 32]"),
    Case(text: "resnet20", inputShape: [3, 0, 32], says: "an extent of the input is 0"),
    Case(text: "resnet20", classCount: 0, says: "the number of classes is 0"),
    Case(text: "lenet", inputShape: [3, 12, 12], says: "the 5×5 windows of conv2 don't fit into [6, 4, 4]"),
    Case(
      text: "vgg16", inputShape: [3, 16, 16], says: "the 2×2 windows of maximum pooling of features don't fit"
    ),
    Case(text: "lenet:width=3", says: "'width=3' means nothing to lenet; allowed: no options"),
    Case(text: "vgg11:head=512-x", says: "'head=512-x' means nothing"),
    Case(text: "vgg11:head=0", says: "the width of classifier.0 is 0"),
    Case(text: "mlp:784-10", says: "mlp:784-10 needs 784 features, found [3, 32, 32]"),
    Case(
      text: "mlp:784-20-11", inputShape: [784], says: "the network gives [11] for each example, expected [10]"
    ),
    Case(text: "mlp:784-0-10", inputShape: [784], says: "a width of mlp is 0"),
    Case(text: "mlp:784-10,swish", inputShape: [784], says: "'swish' means nothing to mlp"),
    Case(text: "mlp:784", inputShape: [784], says: "'784' means nothing to mlp"),
  ]

  @Test("the error is one line that says what was found", arguments: cases)
  func errorsSpeak(_ c: Case) {
    do throws(NetworkError) {
      let network = try Network.named(c.text, inputShape: c.inputShape, classCount: c.classCount)
      Issue.record("\(network.name) was made")
    } catch {
      #expect(error.description.contains(c.says))
      #expect(!error.description.contains("\n"))
    }
  }

  @Test("two layers of one name are an error")
  func duplicateNames() {
    #expect(throws: NetworkError.duplicateName("fc.weight")) {
      try Network(
        name: "twice", inputShape: [4], classCount: 4, layers: [Dense("fc", units: 4), Dense("fc", units: 4)])
    }
  }

  @Test("a shortcut of another shape than its block is an error")
  func mismatchedShortcut() {
    #expect(throws: NetworkError.shortcutMismatch(block: "block", shortcut: [2, 4, 4], body: [3, 4, 4])) {
      try Network(
        name: "crooked", inputShape: [2, 4, 4], classCount: 3,
        layers: [
          Module("block", [Residual([Convolution("conv", kernel: 3, channels: 3)], shortcut: .identity)]),
          GlobalAveragePool(),
        ])
    }
  }

  @Test("every network of the catalogue can be made for 32×32 images")
  func catalogueWorks() throws {
    for listing in Network.catalogue {
      let network = try Network.named(listing.name, inputShape: [3, 32, 32], classCount: 10)
      #expect(network.classCount == 10)
      #expect(!listing.summary.contains("\n"))
    }
  }
}
