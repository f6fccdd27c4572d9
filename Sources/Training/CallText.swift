/// A call such as `name(1, label: 2)` taken apart, before anybody knows what its arguments mean.
struct CallText {
  /// The name in front of the bracket.
  let name: String
  /// The arguments in order, with their labels.
  let arguments: [(label: String?, text: String)]

  /// Splits `text`.
  init(_ text: String, kind: CallKind) throws(CallError) {
    let call = text.trimmed
    guard let open = call.firstIndex(of: "(") else {
      throw .malformed(
        kind, text: call, reason: "expected a name and arguments in brackets, as in \(kind.example)")
    }
    guard call.last == ")" else {
      throw .malformed(kind, text: call, reason: "the closing bracket is missing")
    }
    name = String(call[..<open]).trimmed
    let inside = call[call.index(after: open)...].dropLast()
    arguments = try Self.split(inside, of: call, kind: kind).map(Self.labelled)
  }

  /// The pieces between commas that stand in no inner brackets.
  private static func split(
    _ text: Substring, of call: String, kind: CallKind
  ) throws(CallError) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      guard depth >= 0 else {
        throw .malformed(kind, text: call, reason: "there is a closing bracket too many")
      }
      if character == "," && depth == 0 {
        pieces.append(piece)
        piece = ""
      } else {
        piece.append(character)
      }
    }
    guard depth == 0 else { throw .malformed(kind, text: call, reason: "a closing bracket is missing") }
    guard !(pieces.isEmpty && piece.trimmed.isEmpty) else { return [] }
    pieces.append(piece)
    guard pieces.allSatisfy({ !$0.trimmed.isEmpty }) else {
      throw .malformed(kind, text: call, reason: "there is nothing between two commas")
    }
    return pieces
  }

  private static func labelled(_ piece: String) -> (label: String?, text: String) {
    // A colon inside brackets belongs to an inner call.
    let end = piece.firstIndex { $0 == ":" || $0 == "(" }
    guard let end, piece[end] == ":" else { return (nil, piece.trimmed) }
    return (String(piece[..<end]).trimmed, String(piece[piece.index(after: end)...]).trimmed)
  }
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
