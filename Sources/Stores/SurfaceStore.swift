import GRDB

/// The results of one surface over a grid of points.
///
/// All points exist from the beginning, as pending. Results are written in *blocks*: a block is the points
/// that shared one pass over the data, it is one transaction, and so it is the unit of durability. When
/// ``write(_:seconds:)`` has returned, the block survives a kill and a power cut; a block that was
/// interrupted leaves no trace, and its points are pending again.
///
/// ```swift
/// let store = try run.surface(named: "test loss", axes: [x, y])
/// while case let block = try store.pendingPoints().prefix(32), !block.isEmpty {
///   try store.write(block.map { .measured($0, loss: loss(at: store.grid.coordinates(of: $0))) })
/// }
/// ```
///
/// Losses and other numbers come back with the bits that were given.
public struct SurfaceStore: Sendable {
  /// The surface's name within the run.
  public let name: String
  /// The points.
  public let grid: SurfaceGrid

  private let database: ResultDatabase
  private let identifier: Int64

  /// The number of points in each state. States without points have no entry.
  public func stateCounts() throws(StoreError) -> [PointState: Int] {
    try database.read { database in
      var counts: [PointState: Int] = [:]
      let rows = try Row.fetchAll(
        database, sql: "SELECT state, count(*) FROM surface_point WHERE surface = ? GROUP BY state",
        arguments: [identifier])
      for row in rows { counts[try Self.state(row, 0)] = try row.value(1) }
      return counts
    }
  }

  /// The positions of the points without a result, in ascending order.
  public func pendingPoints() throws(StoreError) -> [Int] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT position FROM surface_point WHERE surface = ? AND state = ? ORDER BY position",
        arguments: [identifier, PointState.pending.rawValue]
      ).map { try $0.value(0) }
    }
  }

  /// All points in the order of their positions.
  public func allPoints() throws(StoreError) -> [SurfacePoint] {
    try database.read { database in
      var points: [SurfacePoint] = []
      points.reserveCapacity(grid.pointCount)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT position, state, loss, standard_error, correct_count, example_count
          FROM surface_point WHERE surface = ? ORDER BY position
          """,
        arguments: [identifier])
      while let row = try rows.next() {
        points.append(
          SurfacePoint(
            position: try row.value(0), state: try Self.state(row, 1), loss: try row.optionalValue(2),
            standardError: try row.optionalValue(3), correctCount: try row.optionalValue(4),
            exampleCount: try row.optionalValue(5)))
      }
      let extras = try Row.fetchCursor(
        database, sql: "SELECT position, name, value FROM surface_extra WHERE surface = ?",
        arguments: [identifier])
      while let row = try extras.next() {
        let position: Int = try row.value(0)
        guard points.indices.contains(position) else { throw damage("a value belongs to no point") }
        points[position].extra[try row.value(1)] = try row.value(2)
      }
      guard points.enumerated().allSatisfy({ $0 == $1.position }) else { throw damage("points are missing") }
      return points
    }
  }

  /// Stores the results of a block of points, all of them or none.
  ///
  /// A result replaces an earlier one of the same point.
  ///
  /// - Parameters:
  ///   - block: The points. Their positions must lie in the grid.
  ///   - seconds: How long the block took; kept apart from the results.
  /// - Throws: ``StoreError/invalidValue(place:reason:)`` where a point that counts as measured or
  ///   interpolated has no finite loss, or the error of the database. Nothing is stored then.
  /// - Complexity: O(points), and one flush of the file to the disk.
  public func write(_ block: some Sequence<SurfacePoint>, seconds: Double? = nil) throws(StoreError) {
    let block = Array(block)
    for point in block {
      precondition(
        (0..<grid.pointCount).contains(point.position),
        "position \(point.position) is not in 0..<\(grid.pointCount)")
      try point.validate(in: name)
    }
    try database.write { database in
      let update = try database.cachedStatement(
        sql: """
          UPDATE surface_point
          SET state = ?, loss = ?, standard_error = ?, correct_count = ?, example_count = ?
          WHERE surface = ? AND position = ?
          """)
      let clear = try database.cachedStatement(
        sql: "DELETE FROM surface_extra WHERE surface = ? AND position = ?")
      let insert = try database.cachedStatement(
        sql: "INSERT INTO surface_extra (surface, position, name, value) VALUES (?, ?, ?, ?)")
      for point in block {
        try update.execute(arguments: [
          point.state.rawValue, point.loss, point.standardError, point.correctCount, point.exampleCount,
          identifier, point.position,
        ])
        guard database.changesCount == 1 else { throw damage("point \(point.position) is missing") }
        try clear.execute(arguments: [identifier, point.position])
        for (name, value) in point.extra {
          try insert.execute(arguments: [identifier, point.position, name, value])
        }
      }
      try database.execute(
        sql: "INSERT INTO surface_time (surface, point_count, recorded, seconds) VALUES (?, ?, ?, ?)",
        arguments: [identifier, block.count, timestamp(), seconds])
    }
  }

  /// The total of the stored durations of blocks, in seconds.
  public func recordedSeconds() throws(StoreError) -> Double {
    try database.read { database in
      try Double.fetchOne(
        database, sql: "SELECT total(seconds) FROM surface_time WHERE surface = ?",
        arguments: [identifier]) ?? 0
    }
  }

  private func damage(_ reason: String) -> StoreError {
    .damagedDatabase(path: database.path, reason: "surface '\(name)': \(reason)")
  }

  private static func state(_ row: Row, _ column: Int) throws -> PointState {
    let text: String = try row.value(column)
    guard let state = PointState(rawValue: text) else {
      throw StoreError.unreadable(path: "results.sqlite", reason: "a point's state is '\(text)'")
    }
    return state
  }
}

// MARK: - Opening

extension SurfaceStore {
  /// The stored surface of this name; `nil` where there is none.
  init?(existing name: String, in database: ResultDatabase) throws(StoreError) {
    let stored = try database.read { reader -> (Int64, [SurfaceAxis])? in
      guard
        let row = try Row.fetchOne(reader, sql: "SELECT id FROM surface WHERE name = ?", arguments: [name])
      else { return nil }
      let identifier: Int64 = try row.value(0)
      let axes = try Row.fetchAll(
        reader, sql: "SELECT axis, name FROM surface_axis WHERE surface = ? ORDER BY axis",
        arguments: [identifier]
      ).map { row -> SurfaceAxis in
        let axis: Int = try row.value(0)
        let coordinates = try Row.fetchAll(
          reader,
          sql: "SELECT value FROM surface_coordinate WHERE surface = ? AND axis = ? ORDER BY position",
          arguments: [identifier, axis]
        ).map { row -> Double in try row.value(0) }
        guard !coordinates.isEmpty, coordinates.allSatisfy(\.isFinite) else {
          throw StoreError.damagedDatabase(
            path: database.path, reason: "surface '\(name)': axis \(axis) has unusable coordinates")
        }
        return SurfaceAxis(name: try row.value(1), coordinates: coordinates)
      }
      let count = try Int.fetchOne(
        reader, sql: "SELECT count(*) FROM surface_point WHERE surface = ?", arguments: [identifier])
      // The grid's own rules are preconditions, so they are checked here before a stored grid is made.
      guard (1...2).contains(axes.count), Set(axes.map(\.name)).count == axes.count,
        let expected = SurfaceGrid.pointCount(of: axes.map(\.coordinates.count)), count == expected
      else {
        throw StoreError.damagedDatabase(
          path: database.path, reason: "surface '\(name)': its axes and points do not agree")
      }
      return (identifier, axes)
    }
    guard let (identifier, axes) = stored else { return nil }
    self.name = name
    self.grid = SurfaceGrid(axes: axes)
    self.database = database
    self.identifier = identifier
  }

  /// The surface of this name with exactly these axes; it is created, all points pending, if absent.
  init(name: String, grid: SurfaceGrid, in database: ResultDatabase) throws(StoreError) {
    if let stored = try SurfaceStore(existing: name, in: database) {
      if let difference = stored.grid.json.differences(from: grid.json, under: "axes").first {
        throw .axesMismatch(surface: name, difference: difference)
      }
      self = stored
      return
    }
    identifier = try database.write { writer in
      try writer.execute(sql: "INSERT INTO surface (name) VALUES (?)", arguments: [name])
      let identifier = writer.lastInsertedRowID
      for (number, axis) in grid.axes.enumerated() {
        try writer.execute(
          sql: "INSERT INTO surface_axis (surface, axis, name) VALUES (?, ?, ?)",
          arguments: [identifier, number, axis.name])
        let insert = try writer.cachedStatement(
          sql: "INSERT INTO surface_coordinate (surface, axis, position, value) VALUES (?, ?, ?, ?)")
        for (position, coordinate) in axis.coordinates.enumerated() {
          try insert.execute(arguments: [identifier, number, position, coordinate])
        }
      }
      let insert = try writer.cachedStatement(
        sql: "INSERT INTO surface_point (surface, position, state) VALUES (?, ?, ?)")
      for position in 0..<grid.pointCount {
        try insert.execute(arguments: [identifier, position, PointState.pending.rawValue])
      }
      return identifier
    }
    self.name = name
    self.grid = grid
    self.database = database
  }
}
