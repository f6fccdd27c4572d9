import Foundation
public import ThalwegFiles
import ThalwegStores

/// Reads a surface from comma-separated values: a head, then one line per point in any order.
///
/// In a table that this package wrote, the columns before `state` are coordinates, the last of them x. In others the
/// columns `x` and, for a plane, `y` are, and `loss` (or `z`) must be there. An empty cell, or `nan`, is a hole, never
/// 0; so is a combination of coordinates without a line, up to half of all. Every further column of numbers is taken
/// under its own name.
public enum SurfaceTableReader {
  private static let stateName = "state"

  /// Reads a surface.
  ///
  /// - Throws: `FileFormatError` with the place of the first wrong cell, ``ExchangeError`` where the lines are no grid.
  public static func surface(_ file: FileBytes) throws -> ExchangedSurface {
    var lines = CellReader(file)
    guard let head = try lines.next()?.map(\.text) else {
      throw file.failure(at: 0, found: "an empty file", expected: "a head such as y,x,state,loss")
    }
    guard let plan = ColumnPlan(head) else {
      throw file.failure(
        at: 0, found: "the head \(head.prefix(12).joined(separator: ","))", expected: "x, y (for a plane) and loss")
    }
    var numbers: [[Double]] = head.map { _ in [] }
    var states: [PointState] = []
    while let line = try lines.next() {
      guard line.count == head.count else {
        throw file.failure(at: lines.lineStart, found: "\(line.count) cells", expected: "\(head.count) as in the head")
      }
      for (column, cell) in line.enumerated() {
        if column == plan.state {
          states.append(try state(cell, of: file))
        } else {
          numbers[column].append(try number(cell, of: file))
        }
      }
    }
    return try GridBuilder(file: file, plan: plan, head: head, numbers: numbers, states: states).surface()
  }

  private static func state(_ cell: CellReader.Cell, of file: FileBytes) throws(FileFormatError) -> PointState {
    guard let state = PointState(rawValue: cell.text) else {
      let names = PointState.allCases.map(\.rawValue).joined(separator: ", ")
      throw file.failure(at: cell.offset, found: "“\(cell.text)”", expected: "one of \(names)")
    }
    return state
  }

  private static func number(_ cell: CellReader.Cell, of file: FileBytes) throws(FileFormatError) -> Double {
    let text = cell.text.trimmingCharacters(in: .whitespaces)
    if text.isEmpty { return .nan }
    // The longest exact decimal of a double that anybody writes is shorter than this.
    guard text.utf8.count <= 400, let value = Double(text) else {
      throw file.failure(at: cell.offset, found: "“\(text)”", expected: "a number, or nothing for a hole")
    }
    return value
  }

  /// Which column is what.
  fileprivate struct ColumnPlan {
    var axes: [Int]
    var state: Int?
    var loss: Int

    init?(_ head: [String]) {
      guard Set(head).count == head.count, let loss = head.firstIndex(of: "loss") ?? head.firstIndex(of: "z") else {
        return nil
      }
      self.loss = loss
      state = head.firstIndex(of: stateName)
      let named = ["y", "x"].compactMap { head.firstIndex(of: $0) }
      axes = state.map { Array(0..<$0) } ?? named
      let hasX = state != nil || head.contains("x")
      guard hasX, (1...2).contains(axes.count), !axes.contains(loss), axes.allSatisfy({ !head[$0].isEmpty }) else {
        return nil
      }
    }
  }
}

/// Makes a grid of the lines of a table.
private struct GridBuilder {
  let file: FileBytes
  let plan: SurfaceTableReader.ColumnPlan
  let head: [String]
  let numbers: [[Double]]
  let states: [PointState]

  func surface() throws -> ExchangedSurface {
    let lineCount = numbers[plan.loss].count
    let axes = try plan.axes.map { column in
      try SurfaceAxis(name: head[column], exchanged: distinct(numbers[column]), in: file.name)
    }
    // Scattered points would make a grid of nearly nothing but holes, and of any size.
    let shape = axes.map(\.coordinates.count)
    guard let count = checkedProduct(shape), count <= 2 * lineCount else {
      throw ExchangeError.notASurface(
        file: file.name, found: "\(lineCount) points for a grid of \(shape.map(String.init).joined(separator: " × "))",
        expected: "lines for at least half of a grid's points")
    }
    let positions = try self.positions(axes, count: count)
    var columns: [ExchangedSurface.Quantity: [Double]] = [:]
    for column in head.indices where column != plan.state && !plan.axes.contains(column) {
      var values = [Double](repeating: .nan, count: count)
      for (position, value) in zip(positions, numbers[column]) { values[position] = value }
      let quantity = column == plan.loss ? .loss : ExchangedSurface.Quantity(name: head[column])
      columns[quantity] = values
    }
    var arranged = [PointState](repeating: .pending, count: count)
    let losses = numbers[plan.loss]
    for (line, position) in positions.enumerated() {
      arranged[position] = plan.state != nil ? states[line] : losses[line].isFinite ? .measured : .diverged
    }
    return try ExchangedSurface(axes: axes, columns: columns, states: arranged, source: file.name)
  }

  private func distinct(_ values: [Double]) -> [Double] {
    let sorted = values.sorted { $0 < $1 || $1.isNaN && !$0.isNaN }
    return sorted.reduce(into: []) { result, value in
      if result.last.map({ $0 != value }) ?? true { result.append(value) }
    }
  }

  /// The position of each line in the grid.
  private func positions(_ axes: [SurfaceAxis], count: Int) throws(ExchangeError) -> [Int] {
    var positions = [Int](repeating: 0, count: numbers[plan.loss].count)
    for (axis, column) in zip(axes, plan.axes) {
      for (line, value) in numbers[column].enumerated() {
        positions[line] = positions[line] * axis.coordinates.count + index(of: value, in: axis.coordinates)
      }
    }
    var isTaken = [Bool](repeating: false, count: count)
    for (line, position) in positions.enumerated() {
      guard !isTaken[position] else {
        throw .notASurface(
          file: file.name, found: "point \(line + 1) at the place of an earlier one",
          expected: "one line for each point")
      }
      isTaken[position] = true
    }
    return positions
  }

  /// The place of `value` in an ascending list that has it.
  private func index(of value: Double, in sorted: [Double]) -> Int {
    var range = sorted.indices
    while range.count > 1 {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = sorted[middle] <= value ? middle..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }
}

/// Cuts a file into lines of cells, as RFC 4180 has them.
private struct CellReader {
  struct Cell {
    var text: String
    var offset: Int
  }

  private static let (comma, quote, lineFeed, carriageReturn): (UInt8, UInt8, UInt8, UInt8) = (0x2C, 0x22, 0x0A, 0x0D)
  private static let largestCellCount = 10_000

  private let file: FileBytes
  private var position: Int
  private(set) var lineStart: Int

  init(_ file: FileBytes) {
    self.file = file
    position = file.bytes.startIndex + (file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    lineStart = position
  }

  /// The cells of the next line that is not empty; `nil` at the end.
  mutating func next() throws(FileFormatError) -> [Cell]? {
    let bytes = file.bytes
    while position < bytes.endIndex, bytes[position] == Self.lineFeed || bytes[position] == Self.carriageReturn {
      position += 1
    }
    guard position < bytes.endIndex else { return nil }
    lineStart = position
    var cells: [Cell] = []
    while true {
      cells.append(try nextCell())
      guard cells.count <= Self.largestCellCount else {
        throw file.failure(
          at: lineStart, found: "more than \(Self.largestCellCount) cells", expected: "a line for one point")
      }
      guard position < bytes.endIndex, bytes[position] == Self.comma else { break }
      position += 1
    }
    if position < bytes.endIndex && bytes[position] == Self.carriageReturn { position += 1 }
    guard position == bytes.endIndex || bytes[position] == Self.lineFeed else {
      throw file.failure(at: position, found: "text behind a cell", expected: "a comma or the line's end")
    }
    return cells
  }

  private mutating func nextCell() throws(FileFormatError) -> Cell {
    let bytes = file.bytes
    let start = position
    guard position < bytes.endIndex, bytes[position] == Self.quote else {
      let end = bytes[position...].firstIndex { $0 == Self.comma || $0 == Self.lineFeed || $0 == Self.carriageReturn }
      position = end ?? bytes.endIndex
      return Cell(text: String(decoding: bytes[start..<position], as: UTF8.self), offset: start)
    }
    position += 1
    var text: [UInt8] = []
    while position < bytes.endIndex {
      defer { position += 1 }
      guard bytes[position] == Self.quote else {
        text.append(bytes[position])
        continue
      }
      guard position + 1 < bytes.endIndex, bytes[position + 1] == Self.quote else {
        return Cell(text: String(decoding: text, as: UTF8.self), offset: start)
      }
      text.append(Self.quote)
      position += 1
    }
    throw file.failure(at: start, found: "a quote without an end", expected: "a closing quote")
  }
}
