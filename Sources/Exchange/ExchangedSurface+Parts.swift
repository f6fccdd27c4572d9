import ThalwegStores

extension SurfaceAxis {
  /// An axis whose coordinates come from a file.
  ///
  /// - Throws: ``ExchangeError/notASurface(file:found:expected:)`` for an empty list and for what is not finite.
  init(name: String, exchanged coordinates: [Double], in source: String) throws(ExchangeError) {
    guard !coordinates.isEmpty, let wrong = coordinates.first(where: { !$0.isFinite }) ?? coordinates.first,
      wrong.isFinite
    else {
      let found = coordinates.first { !$0.isFinite }.map { "coordinate \($0)" } ?? "no coordinates"
      throw .notASurface(file: source, found: "\(found) on axis “\(name)”", expected: "finite numbers")
    }
    self.init(name: name, coordinates: coordinates)
  }
}

extension PointState {
  private static let exchangeOrder: [PointState] = [.pending, .measured, .interpolated, .diverged]

  /// The number that stands for the state in files: 0 pending, 1 measured, 2 interpolated, 3 diverged.
  var exchangeCode: Double { Double(Self.exchangeOrder.firstIndex(of: self) ?? 0) }

  /// The state that a number in a file stands for.
  init(exchanged code: Double, in source: String) throws(ExchangeError) {
    guard let state = Self.exchangeOrder.enumerated().first(where: { Double($0.offset) == code })?.element else {
      throw .notASurface(file: source, found: "\(code) as a point's state", expected: "0, 1, 2 or 3")
    }
    self = state
  }
}

extension ExchangedSurface.Quantity {
  /// The name that heads its column.
  var name: String {
    switch self {
    case .loss: "loss"
    case .standardError: "standard_error"
    case .correctCount: "correct_count"
    case .exampleCount: "example_count"
    case .other(let name): name
    }
  }

  /// The quantity with this name.
  init(name: String) {
    let known: [Self] = [.loss, .standardError, .correctCount, .exampleCount]
    self = known.first { $0.name == name } ?? .other(name)
  }
}
