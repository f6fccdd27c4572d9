import ThalwegRandomness

/// Random changes of an image that leave its class as it is.
///
/// The crop cuts a window of the image's own size from the image surrounded by ``padding`` pixels of the byte 0,
/// *before* normalisation, as torchvision's `RandomCrop` does on images that are not tensors yet: the border is
/// black, not the mean. Then the window is mirrored with probability ½.
public struct Augmentation: Equatable, Sendable {
  /// Pixels of black on every side that the crop may reach into; 0 for no crop.
  public let padding: Int
  /// Whether half of the images are mirrored left to right.
  public let flipsHorizontally: Bool

  /// What is usual for CIFAR: a crop with 4 pixels of padding, and mirroring.
  public static let cifar = Augmentation(padding: 4, flipsHorizontally: true)

  /// Largest padding: beyond, most crops would show nothing.
  public static let largestPadding = 64

  /// An augmentation.
  ///
  /// - Parameters:
  ///   - padding: `0...largestPadding`.
  ///   - flipsHorizontally: Whether half of the images are mirrored.
  public init(padding: Int = 0, flipsHorizontally: Bool = false) {
    precondition(
      (0...Augmentation.largestPadding).contains(padding), "padding \(padding) is not in 0...64")
    self.padding = padding
    self.flipsHorizontally = flipsHorizontally
  }

  /// Which random changes an epoch makes.
  ///
  /// The change of an example depends on seed, epoch and the example alone; so neither order nor the number of
  /// workers matters, and an example is changed alike in every subset that holds it.
  public struct Draw: Equatable, Sendable {
    /// Mixed once per epoch, so that an example's stream needs no list of keys, which would be allocated.
    let epochSeed: UInt64

    /// The changes of `epoch` under `seed`.
    public init(seed: UInt64, epoch: Int) {
      var stream = RandomStream(seed: seed, 0x6175_676D, UInt64(bitPattern: Int64(epoch)))
      epochSeed = stream.next()
    }
  }

  /// How one image is changed.
  struct Change: Equatable {
    var rowShift = 0
    var columnShift = 0
    var isFlipped = false
  }

  /// The change of the example with identity `place`.
  func change(of place: Int, _ draw: Draw) -> Change {
    var stream = RandomStream(seed: draw.epochSeed ^ UInt64(place))
    var change = Change()
    if padding > 0 {
      change.rowShift = stream.index(below: 2 * padding + 1) - padding
      change.columnShift = stream.index(below: 2 * padding + 1) - padding
    }
    if flipsHorizontally { change.isFlipped = stream.next() & 1 == 1 }
    return change
  }
}

extension Augmentation: CustomStringConvertible {
  /// `crop=4,flip`, `crop=4`, `flip` or `none`.
  public var description: String {
    let parts = (padding > 0 ? ["crop=\(padding)"] : []) + (flipsHorizontally ? ["flip"] : [])
    return parts.isEmpty ? "none" : parts.joined(separator: ",")
  }

  /// Reads `crop=PIXELS`, `flip`, both with a comma between, or `none`.
  ///
  /// - Throws: ``DatasetError/badOption(source:found:allowed:)`` for any other text.
  public init(_ text: String) throws(DatasetError) {
    var padding = 0
    var flips = false
    let parts = text == "none" ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
    for part in parts {
      let number = part.hasPrefix("crop=") ? Int(part.dropFirst(5)) : nil
      if let number, (1...Augmentation.largestPadding).contains(number), padding == 0 {
        padding = number
      } else if part == "flip" && !flips {
        flips = true
      } else {
        throw .badOption(
          source: "augmentation", found: text, allowed: "none, flip, crop=1 … crop=64, or crop=4,flip")
      }
    }
    self.init(padding: padding, flipsHorizontally: flips)
  }
}

extension Augmentation: Codable {
  /// Reads the text that ``description`` gives.
  public init(from decoder: any Decoder) throws {
    self = try Augmentation(decoder.singleValueContainer().decode(String.self))
  }

  /// Writes ``description``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
