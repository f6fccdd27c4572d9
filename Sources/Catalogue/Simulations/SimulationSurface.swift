public import ThalwegDeformations
import ThalwegExpressions
public import ThalwegSurfaces

/// A surface given by a formula: one of the literature's by its name, or any as `FORMULA in VARIABLES`.
///
/// ```swift
/// let published = try SimulationSurface("fig1")
/// let own = try SimulationSurface("0.5*x^2 + cos(3*y) in x, y")
/// ```
public struct SimulationSurface: Sendable, CustomStringConvertible {
  /// The text that names or states the surface.
  public let description: String
  /// The formula.
  public let formula: String
  /// The variables, in the order of the coordinates.
  public let variables: [String]
  /// The surface.
  public let surface: FormulaSurface
  /// The published surface; `nil` for others.
  public let published: SimulatedSurface?

  /// Reads a name or a formula.
  ///
  /// - Throws: ``FormulaTextError``, one line.
  public init(_ text: String) throws(FormulaTextError) {
    if let published = SimulatedSurface(rawValue: text) {
      self.published = published
      description = text
      formula = published.formula
      variables = published.variables
      surface = published.surface
      return
    }
    published = nil
    let words = text.split(separator: " ")
    guard let place = words.lastIndex(of: "in"), place > 0 else {
      let known = SimulatedSurface.allCases.map(\.rawValue).joined(separator: ", ")
      throw FormulaTextError(text: text, reason: "expected one of \(known), or 'FORMULA in VARIABLES'")
    }
    let variables = words[(place + 1)...].joined(separator: " ").split { $0 == "," || $0 == " " }.map(String.init)
    try SimulationSurface.check(variables, of: text)
    self.variables = variables
    formula = words[..<place].joined(separator: " ")
    description = "\(formula) in \(variables.joined(separator: ", "))"
    do throws(ExpressionError) {
      surface = try FormulaSurface(expression: formula, variables: variables)
    } catch {
      throw FormulaTextError(text: text, reason: "\(error)")
    }
  }

  private static func check(_ variables: [String], of text: String) throws(FormulaTextError) {
    guard (1...16).contains(variables.count), Set(variables).count == variables.count else {
      throw FormulaTextError(text: text, reason: "expected 1 to 16 different variables after 'in'")
    }
    for name in variables {
      let isName = name.first?.isLetter == true && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      // What can be read without any variable is a constant, and what a call of it can be read as is a function.
      guard isName, (try? Expression.constant(name)) == nil, !isFunction(name) else {
        throw FormulaTextError(
          text: text, reason: "“\(name)” cannot be a variable: expected letters and digits that mean nothing else")
      }
    }
  }

  private static func isFunction(_ name: String) -> Bool {
    (try? Expression.constant("\(name)(1)")) != nil || (try? Expression.constant("\(name)(1, 1)")) != nil
  }
}

/// A text that states no surface.
public struct FormulaTextError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// What is wrong with it.
  public let reason: String

  /// One line.
  public var description: String { "surface “\(text)”: \(reason)" }
}
