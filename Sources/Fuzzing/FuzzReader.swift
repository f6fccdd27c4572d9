/// A reader of untrusted bytes, with valid inputs to begin from.
///
/// For the tests and for the program `Fuzz` of the package `Benchmarks`; nothing else should depend on it.
public struct FuzzReader: Sendable {
  /// The reader's name, as the program's option takes it.
  public let name: String
  /// Inputs that it accepts.
  public let samples: [[UInt8]]
  /// Whether an input takes some tens of milliseconds, so that fewer must do.
  public let isSlow: Bool
  /// Bytes of memory that an input may take whatever its size, beside four times its size.
  public let allowance: Int
  private let body: @Sendable ([UInt8]) throws -> Void

  /// A reader.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - samples: Inputs that it accepts, at least one.
  ///   - isSlow: Whether an input takes some tens of milliseconds.
  ///   - allowance: Bytes of memory that an input may take whatever its size.
  ///   - body: Reads an input, all of it; throws what the reader throws.
  init(
    _ name: String, _ samples: [[UInt8]], isSlow: Bool = false, allowance: Int = 1_000_000,
    _ body: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    precondition(!samples.isEmpty, "\(name) has no sample")
    self.name = name
    self.samples = samples
    self.isSlow = isSlow
    self.allowance = allowance
    self.body = body
  }

  /// A reader of text.
  init(
    _ name: String, texts: [String], allowance: Int = 1_000_000, _ body: @escaping @Sendable (String) throws -> Void
  ) {
    self.init(name, texts.map { Array($0.utf8) }, allowance: allowance) {
      try body(String(decoding: $0, as: UTF8.self))
    }
  }

  /// What came of one input.
  public enum Outcome: Equatable, Sendable {
    /// It was read.
    case accepted
    /// It was refused with one line.
    case refused
    /// It was refused with no line, or with several, or with a line that floods the screen.
    case untidy(String)
  }

  /// A description of an error may have so many bytes.
  static let longestLine = 2000

  /// Reads an input.
  public func read(_ bytes: [UInt8]) -> Outcome {
    do {
      try body(bytes)
      return .accepted
    } catch {
      let line = "\(error)"
      let isTidy = !line.isEmpty && line.utf8.count <= Self.longestLine && !line.contains(where: \.isNewline)
      return isTidy ? .refused : .untidy(line)
    }
  }

  /// The input with this number, made from the samples by a few mutations. The same for the same seed, always.
  public func input(_ index: Int, seed: UInt64) -> [UInt8] {
    FuzzMutation(samples: samples, seed: seed, index: index).input
  }

  /// All readers.
  ///
  /// - Parameter folder: A folder for files of those that read files; it is made, and belongs to one process.
  /// - Throws: What the making of samples throws.
  public static func all(folder: String) throws -> [FuzzReader] {
    try dataReaders() + checkpointReaders() + exchangeReaders() + resultReaders(folder: folder) + textReaders()
  }
}
