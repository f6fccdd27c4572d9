/// A piece of a formula's text, with the column at which it begins, counted from 1.
struct ExpressionToken {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    case symbol(Character)
    case end
  }
  let kind: Kind
  let column: Int

  /// The piece as messages show it.
  var text: String {
    switch kind {
    case .number(let value): "\(value)"
    case .name(let name): name
    case .symbol(let symbol): "\(symbol)"
    case .end: ""
    }
  }

  /// Takes `text` apart.
  static func tokens(of text: String) throws(ExpressionError) -> [ExpressionToken] {
    let characters = Array(text)
    var tokens: [ExpressionToken] = []
    var place = 0
    while place < characters.count {
      let character = characters[place]
      let start = place
      if character.isWhitespace {
        place += 1
      } else if isDigit(character) || character == "." {
        place = endOfNumber(in: characters, from: place)
        let digits = String(characters[start..<place])
        guard let value = Double(digits), value.isFinite else {
          throw .badNumber(digits, column: start + 1)
        }
        tokens.append(ExpressionToken(kind: .number(value), column: start + 1))
      } else if isNameStart(character) {
        while place < characters.count, isNameStart(characters[place]) || isDigit(characters[place]) {
          place += 1
        }
        tokens.append(ExpressionToken(kind: .name(String(characters[start..<place])), column: start + 1))
      } else if "+-*/^(),".contains(character) {
        tokens.append(ExpressionToken(kind: .symbol(character), column: start + 1))
        place += 1
      } else {
        throw .unexpected(
          "\(character)", column: start + 1, expected: "a number, a name or one of + - * / ^ ( )")
      }
    }
    tokens.append(ExpressionToken(kind: .end, column: characters.count + 1))
    return tokens
  }

  /// Whether `text` can name a variable.
  static func isName(_ text: String) -> Bool {
    guard let first = text.first, isNameStart(first) else { return false }
    return text.allSatisfy { isNameStart($0) || isDigit($0) }
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

  private static func isNameStart(_ character: Character) -> Bool { character.isLetter || character == "_" }

  private static func endOfNumber(in characters: [Character], from start: Int) -> Int {
    var place = start
    while place < characters.count, isDigit(characters[place]) || characters[place] == "." { place += 1 }
    guard place < characters.count, characters[place] == "e" || characters[place] == "E" else { return place }
    var exponent = place + 1
    if exponent < characters.count, "+-".contains(characters[exponent]) { exponent += 1 }
    guard exponent < characters.count, isDigit(characters[exponent]) else { return place }
    while exponent < characters.count, isDigit(characters[exponent]) { exponent += 1 }
    return exponent
  }
}
