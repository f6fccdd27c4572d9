import Foundation

/// The program's arguments.
struct FuzzOptions {
  /// Arguments that make no sense.
  struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// What a child process is to do: from which input on, and where it reports.
  struct Child {
    var first: Int
    var descriptor: Int32
  }

  var count = 100_000
  var seed: UInt64 = 1
  var reader: String?
  /// The input to print; `nil` for an attack.
  var shown: Int?
  /// `nil` in the parent.
  var child: Child?
  /// Where readers of files have them.
  var folder = FileManager.default.temporaryDirectory.path + "/thalweg-fuzz-\(UUID().uuidString)"

  init(_ arguments: [String]) throws(Problem) {
    var rest = arguments[...]
    var first: Int?
    var descriptor: Int32?
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Problem("found \(name), expected a value behind it") }
      let number = Int(value).flatMap { $0 >= 0 ? $0 : nil }
      switch (name, number) {
      case ("--count", let number?): count = number
      case ("--seed", let number?): seed = UInt64(number)
      case ("--reader", _): reader = value
      case ("--show", let number?): shown = number
      case ("--first", let number?): first = number
      case ("--descriptor", let number?): descriptor = Int32(truncatingIfNeeded: number)
      case ("--folder", _): folder = value
      default:
        throw Problem("found \(name) \(value), expected --count N, --reader NAME, --seed N or --show N")
      }
    }
    if let first, let descriptor { child = Child(first: first, descriptor: descriptor) }
  }
}
