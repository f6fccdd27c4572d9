import Testing
import ThalwegNetworks
import ThalwegSurfaces

@Suite("Parameter counts")
struct ParameterCountTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    var inputShape = [3, 32, 32]
    /// Counts for 10, 100 and 1000 classes, as far as they are known.
    let counts: [Int]
    var testDescription: String { text }
  }

  /// Counts computed layer by layer, apart from this code; many equal published figures.
  static let cases = [
    Case(text: "lenet-bn", counts: [62_232, 69_882, 146_382]),
    Case(text: "lenet-bn", inputShape: [1, 28, 28], counts: [61_932]),
    Case(text: "lenet", counts: [62_006, 69_656, 146_156]),
    Case(text: "vgg11-bn", counts: [9_231_114, 9_277_284, 9_738_984]),
    Case(text: "vgg11-bn:bias=false", counts: [9_228_362, 9_274_532, 9_736_232]),
    Case(text: "vgg11", counts: [9_225_610, 9_271_780, 9_733_480]),
    Case(text: "vgg16-bn", counts: [14_728_266, 14_774_436, 15_236_136]),
    Case(text: "vgg16", counts: [14_719_818, 14_765_988, 15_227_688]),
    Case(text: "vgg16-bn:head=512-512", counts: [15_253_578, 15_299_748, 15_761_448]),
    Case(text: "resnet20", counts: [269_722, 275_572]),
    Case(text: "resnet20:shortcut=b", counts: [272_474, 278_324]),
    Case(text: "resnet32", counts: [464_154, 470_004]),
    Case(text: "resnet32:shortcut=b", counts: [466_906, 472_756]),
    Case(text: "resnet56", counts: [853_018, 858_868]),
    Case(text: "resnet56:shortcut=b", counts: [855_770, 861_620]),
    Case(text: "resnet110", counts: [1_727_962, 1_733_812]),
    Case(text: "resnet110:shortcut=b", counts: [1_730_714, 1_736_564]),
    Case(text: "resnet20-noshort", counts: [269_722, 275_572]),
    Case(text: "resnet56-noshort", counts: [853_018, 858_868]),
    Case(text: "resnet110-noshort", counts: [1_727_962, 1_733_812]),
    Case(text: "resnet56:width=32,shortcut=b", counts: [3_412_394, 3_424_004]),
    Case(text: "resnet56:width=64,shortcut=b", counts: [13_628_234, 13_651_364]),
    Case(text: "resnet56:width=128,shortcut=b", counts: [54_470_282, 54_516_452]),
    Case(text: "resnet56-noshort:width=32", counts: [3_401_770]),
    Case(text: "resnet56-noshort:width=64", counts: [13_586_506]),
    Case(text: "resnet56-noshort:width=128", counts: [54_304_906]),
    Case(text: "mlp:784-20-10", inputShape: [784], counts: [15_910]),
    Case(text: "mlp:784-100-100-10", inputShape: [1, 28, 28], counts: [89_610]),
    Case(text: "mlp:784-200-200-10", inputShape: [784], counts: [199_210]),
    Case(text: "mlp", inputShape: [784], counts: [478_410]),
    Case(text: "mlp:784-512-512-10,tanh", inputShape: [784], counts: [669_706]),
    Case(text: "mlp:784-100-100-10,bn", inputShape: [784], counts: [90_010]),
    Case(text: "mlp:784-400-400-10,bn,logistic", inputShape: [784], counts: [480_010]),
  ]

  @Test("every network of the table has its number of parameters", arguments: cases)
  func countsAgree(_ c: Case) throws {
    for (classCount, count) in zip([10, 100, 1000], c.counts) {
      let network = try Network.named(c.text, inputShape: c.inputShape, classCount: classCount)
      #expect(network.space.parameterCount == count)
    }
  }

  @Test("the network for exclusive or has 9 parameters")
  func exclusiveOr() throws {
    let network = try Network.named("mlp:2-2-1,logistic", inputShape: [2], classCount: 1)
    #expect(network.space.parameterCount == 9)
  }

  @Test("a network's name gives the same network again", arguments: cases)
  func nameIsCanonical(_ c: Case) throws {
    let network = try Network.named(c.text, inputShape: c.inputShape, classCount: 10)
    let again = try Network.named(network.name, inputShape: c.inputShape, classCount: 10)
    #expect(again.name == network.name)
    #expect(again.space == network.space)
  }
}
