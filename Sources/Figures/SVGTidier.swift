/// Makes the drawing library's SVG files repeatable and smaller.
package enum SVGTidier {
  /// The number after this text counts all surfaces of the process.
  private static let counter = Array("id=\"surface".utf8)
  /// Attributes that state the default: a fifth of a page with many shapes.
  ///
  /// Joins are round everywhere, so the limit of mitres never matters.
  private static let defaults = [
    "fill-opacity:1;", "stroke-opacity:1;", "stroke-linecap:butt;", "stroke-miterlimit:10;",
  ].map { Array($0.utf8) }

  /// The file with its counter set to 0 and default attributes left out.
  package static func tidied(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if let attribute = defaults.first(where: { has($0, in: bytes, at: index) }) {
        index += attribute.count
      } else if has(counter, in: bytes, at: index) {
        result += counter
        result.append(UInt8(ascii: "0"))
        index += counter.count
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") { index += 1 }
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  private static func has(_ text: [UInt8], in bytes: [UInt8], at start: Int) -> Bool {
    guard bytes[start] == text[0], start + text.count <= bytes.count else { return false }
    return text.indices.allSatisfy { bytes[start + $0] == text[$0] }
  }
}
