import ThalwegFiles

/// Why a network cannot be made. Each description is one line.
public enum NetworkError: Error, Hashable, Sendable {
  /// No network of that name exists.
  case unknownNetwork(String)
  /// The part of a network's text after its name is not understood.
  case unknownOption(network: String, option: String, allowed: String)
  /// A size that must be at least 1 is not.
  case notPositive(what: String, value: Int)
  /// Two tensors would have the same name.
  case duplicateName(String)
  /// The parameters up to and including the named tensor are too many.
  case tooLarge(name: String)
  /// A layer cannot take what comes before it; `found` has no batch axis.
  case unsuitableInput(layer: String, expected: String, found: [Int])
  /// The windows of a layer do not fit into what comes before it.
  case windowTooLarge(layer: String, kernel: Int, found: [Int])
  /// A shortcut and the block beside it have different shapes.
  case shortcutMismatch(block: String, shortcut: [Int], body: [Int])
  /// The network's result is not one logit for each class.
  case wrongResult(expected: Int, found: [Int])
}

extension NetworkError: CustomStringConvertible {
  /// What was found, and what was expected.
  public var description: String {
    switch self {
    case .unknownNetwork(let name):
      "no network is called '\(printable(name))'; there are \(Network.catalogue.map(\.name).joined(separator: ", "))"
    case .unknownOption(let network, let option, let allowed):
      "'\(printable(option))' means nothing to \(printable(network)); allowed: \(allowed)"
    case .notPositive(let what, let value):
      "\(printable(what)) is \(value), expected at least 1"
    case .duplicateName(let name):
      "two tensors of the network are called \(name)"
    case .tooLarge(let name):
      "with \(name) the network has more than \(NetworkBuilder.parameterLimit) numbers"
    case .unsuitableInput(let layer, let expected, let found):
      "\(printable(layer)) needs \(printable(expected)), found \(found)"
    case .windowTooLarge(let layer, let kernel, let found):
      "the \(kernel)×\(kernel) windows of \(layer) don't fit into \(found); the network's images are too small"
    case .shortcutMismatch(let block, let shortcut, let body):
      "the shortcut of \(block) gives \(shortcut), its body \(body)"
    case .wrongResult(let expected, let found):
      "the network gives \(found) for each example, expected [\(expected)], one logit a class"
    }
  }
}
