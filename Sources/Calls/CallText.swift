/// A call such as `name(1, label: "text")` taken apart, before anybody knows what its arguments mean.
struct CallText {
  /// The name in front of the bracket.
  let name: String
  /// The arguments in order, with their labels.
  let arguments: [(label: String?, text: String)]

  /// Takes `text` apart. `name: argument` is short for `name(argument)`.
  init(_ text: String, kind: CallKind) throws(CallError) {
    let call = text.trimmed
    let inside: Substring
    if let end = call.firstIndex(where: { $0 == "(" || $0 == ":" || $0 == "\"" }), call[end] != "\"" {
      name = String(call[..<end]).trimmed
      if call[end] == ":" {
        inside = call[call.index(after: end)...]
      } else {
        guard call.last == ")" else {
          throw .malformed(kind, text: call, reason: "the closing bracket is missing")
        }
        inside = call[call.index(after: end)...].dropLast()
      }
    } else {
      throw .malformed(
        kind, text: call, reason: "expected a name and arguments in brackets, as in \(kind.example)")
    }
    let pieces =
      inside.allSatisfy(\.isWhitespace) ? [] : try Self.pieces(of: inside, between: ",", in: call, kind: kind)
    guard pieces.allSatisfy({ !$0.isEmpty }) else {
      throw .malformed(kind, text: call, reason: "there is nothing between two commas")
    }
    arguments = pieces.map(Self.labelled)
  }

  /// The pieces of `text` between separators that stand in no brackets and no quotes.
  static func pieces(
    of text: Substring, between separator: Character, in whole: String, kind: CallKind
  ) throws(CallError) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var depth = 0
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted {
        if character == "(" { depth += 1 }
        // What is inside is taken apart again for each bracket around it.
        guard depth <= 100 else {
          throw .malformed(kind, text: whole, reason: "there are more than 100 brackets inside each other")
        }
        if character == ")" { depth -= 1 }
      }
      guard depth >= 0 else {
        throw .malformed(kind, text: whole, reason: "there is a closing bracket too many, or more than one call")
      }
      if character == separator && depth == 0 && !isQuoted {
        pieces.append(piece.trimmed)
        piece = ""
      } else {
        piece.append(character)
      }
    }
    guard !isQuoted else { throw .malformed(kind, text: whole, reason: "a closing quotation mark is missing") }
    guard depth == 0 else { throw .malformed(kind, text: whole, reason: "a closing bracket is missing") }
    return pieces + [piece.trimmed]
  }

  private static func labelled(_ piece: String) -> (label: String?, text: String) {
    let end = piece.firstIndex { $0 == ":" || $0 == "(" || $0 == "\"" }
    guard let end, piece[end] == ":" else { return (nil, unquoted(piece)) }
    return (String(piece[..<end]).trimmed, unquoted(String(piece[piece.index(after: end)...]).trimmed))
  }

  private static func unquoted(_ text: String) -> String {
    text.count >= 2 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : text
  }
}

/// Splits a text into calls between `separator`s that stand in no brackets and no quotes.
///
/// - Throws: ``CallError`` where a bracket or a quotation mark has no partner.
public func calls(in text: String, between separator: Character, kind: CallKind) throws(CallError) -> [String] {
  try CallText.pieces(of: text[...], between: separator, in: text, kind: kind)
}

extension String {
  /// The text without white space around it.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
