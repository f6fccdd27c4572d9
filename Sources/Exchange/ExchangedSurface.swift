public import ThalwegStores

/// A measured surface as files of other programs hold it: a grid, and a list of numbers for each quantity.
///
/// Every list has one entry per point in the order of the grid's positions (the last axis, x, fastest), and NaN where
/// a point lacks the quantity. A surface that was read has strictly ascending axes, whatever the order in its file.
public struct ExchangedSurface: Sendable {
  /// What a list of numbers is.
  public enum Quantity: Hashable, Sendable {
    /// The loss.
    case loss
    /// The loss's standard error.
    case standardError
    /// The number of correct examples.
    case correctCount
    /// The number of examples.
    case exampleCount
    /// A further number of this name.
    case other(String)
  }

  /// The examples on which a loss was measured.
  public enum Split: String, Sendable {
    /// Those of the training.
    case train
    /// Those kept for tests.
    case test
  }

  /// The points; for a plane the axes y and x, in this order.
  public let grid: SurfaceGrid
  /// What is known of each point.
  public let states: [PointState]
  /// The numbers. The loss is always there.
  public let columns: [Quantity: [Double]]
  /// The examples on which the loss was measured; `nil` where the file does not say.
  public let split: Split?

  /// Whole numbers beyond this are not all doubles.
  private static let largestCount = 0x1p53

  /// A surface read from a file.
  ///
  /// - Parameters:
  ///   - axes: One axis or two, the last one fastest, in any order of coordinates. Names must differ.
  ///   - columns: The numbers, `columns[.loss]` among them, one for each combination of coordinates. Infinite
  ///     further numbers become NaN, since they cannot be stored.
  ///   - states: What is known of each point; `nil` takes points with a finite loss as measured and others as
  ///     diverged.
  ///   - split: The examples behind the loss.
  ///   - source: The file's name, for errors.
  /// - Throws: ``ExchangeError/notASurface(file:found:expected:)`` for coordinates that are not finite or not
  ///   different, and for numbers that no surface has.
  public init(
    axes: [SurfaceAxis], columns: [Quantity: [Double]], states: [PointState]? = nil, split: Split? = nil,
    source: String
  ) throws(ExchangeError) {
    let order = AxisOrder(axes)
    if let (axis, value) = order.repeated {
      throw .notASurface(
        file: source, found: "\(value) twice on axis “\(axis)”", expected: "coordinates that differ")
    }
    let columns = columns.mapValues(order.arranged)
    let losses = columns[.loss] ?? []
    let states = states.map(order.arranged) ?? losses.map { $0.isFinite ? .measured : .diverged }
    try Self.check(columns, states, losses, source)
    grid = SurfaceGrid(axes: order.axes)
    precondition(
      columns.values.allSatisfy { [count = grid.pointCount] in $0.count == count }, "a list's length is wrong")
    self.states = states
    let all = Dictionary(
      uniqueKeysWithValues: columns.map { quantity, values in
        guard case .other = quantity else { return (quantity, values) }
        return (quantity, values.map { $0.isFinite ? $0 : .nan })
      })
    self.columns = Self.known(all)
    self.split = split
  }

  /// A surface as it is stored.
  ///
  /// - Throws: `StoreError`.
  public init(_ store: SurfaceStore, split: Split? = nil) throws(StoreError) {
    let points = try store.allPoints()
    grid = store.grid
    states = points.map(\.state)
    self.split = split
    var columns: [Quantity: [Double]] = [.loss: points.map { $0.loss ?? .nan }]
    columns[.standardError] = points.map { $0.standardError ?? .nan }
    columns[.correctCount] = points.map { $0.correctCount.map(Double.init) ?? .nan }
    columns[.exampleCount] = points.map { $0.exampleCount.map(Double.init) ?? .nan }
    for name in points.reduce(into: Set<String>(), { $0.formUnion($1.extra.keys) }) {
      columns[.other(name)] = points.map { $0.extra[name] ?? .nan }
    }
    self.columns = Self.known(columns)
  }

  /// The lists that say something; the loss stays in any case.
  private static func known(_ columns: [Quantity: [Double]]) -> [Quantity: [Double]] {
    columns.filter { quantity, values in quantity == .loss || values.contains { !$0.isNaN } }
  }

  /// The losses.
  public var losses: [Double] { columns[.loss] ?? [] }

  /// The coordinates along x.
  public var xs: [Double] { grid.axes[grid.axes.count - 1].coordinates }

  /// The coordinates along y; `nil` for a line.
  public var ys: [Double]? { grid.axes.count == 2 ? grid.axes[0].coordinates : nil }

  /// Shares of correct examples; `nil` where they were not counted.
  public var accuracies: [Double]? {
    guard let correct = columns[.correctCount], let count = columns[.exampleCount] else { return nil }
    return zip(correct, count).map { $0 / $1 }
  }

  /// The names of the further numbers, sorted.
  public var otherNames: [String] {
    columns.keys.compactMap { quantity in
      if case .other(let name) = quantity { name } else { nil }
    }.sorted()
  }

  /// A point as a store keeps it.
  public func point(_ position: Int) -> SurfacePoint {
    func number(_ quantity: Quantity) -> Double? {
      columns[quantity].map { $0[position] }.flatMap { $0.isNaN ? nil : $0 }
    }
    var point = SurfacePoint(
      position: position, state: states[position], loss: number(.loss), standardError: number(.standardError),
      correctCount: number(.correctCount).flatMap { Int(exactly: $0) },
      exampleCount: number(.exampleCount).flatMap { Int(exactly: $0) })
    for name in otherNames { point.extra[name] = number(.other(name)) }
    return point
  }

  /// Throws where a number is none that a surface can have.
  private static func check(
    _ columns: [Quantity: [Double]], _ states: [PointState], _ losses: [Double], _ source: String
  ) throws(ExchangeError) {
    for (position, (state, loss)) in zip(states, losses).enumerated() {
      guard (state != .measured && state != .interpolated) || loss.isFinite else {
        throw .notASurface(
          file: source, found: "point \(position), \(state.rawValue), with loss \(loss)", expected: "a finite loss")
      }
    }
    for case let (name, values?) in [
      ("correct", columns[.correctCount]), ("all", columns[.exampleCount]),
    ] {
      let wrong = values.first { !$0.isNaN && !(0...largestCount).contains($0) || $0 != $0.rounded() && !$0.isNaN }
      guard let wrong else { continue }
      throw .notASurface(
        file: source, found: "\(wrong) as number of \(name) examples", expected: "a whole number of at least 0")
    }
    if let errors = columns[.standardError], errors.contains(where: \.isInfinite) {
      throw .notASurface(file: source, found: "an infinite standard error", expected: "a finite one, or NaN for none")
    }
  }
}

/// The way from the order of a file's coordinates to the ascending one.
private struct AxisOrder {
  /// The axes, ascending.
  let axes: [SurfaceAxis]
  /// A coordinate that occurs twice, with its axis.
  private(set) var repeated: (String, Double)?
  /// For each axis the places of the ascending coordinates in the file's order; `nil` where all are in order.
  private var places: [[Int]]?

  init(_ axes: [SurfaceAxis]) {
    let orders = axes.map { axis in
      axis.coordinates.indices.sorted { axis.coordinates[$0] < axis.coordinates[$1] }
    }
    self.axes = zip(axes, orders).map { axis, order in
      SurfaceAxis(name: axis.name, coordinates: order.map { axis.coordinates[$0] })
    }
    for axis in self.axes where repeated == nil {
      repeated = zip(axis.coordinates, axis.coordinates.dropFirst()).first { !($0 < $1) }
        .map { (axis.name, $0.0) }
    }
    let isInOrder = orders.allSatisfy { $0.elementsEqual($0.indices) }
    places = isInOrder ? nil : orders
  }

  /// `values` in the order of the ascending axes.
  func arranged<Value>(_ values: [Value]) -> [Value] {
    guard let places, let fastest = places.last else { return values }
    guard places.count == 2 else { return fastest.map { values[$0] } }
    return places[0].flatMap { row in fastest.map { values[row * fastest.count + $0] } }
  }
}
