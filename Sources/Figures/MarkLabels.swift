/// Places the labels of marks in a lane above a plot, each as near to its mark as its neighbours allow.
///
/// Labels lie flat while they fit near their marks, are slanted where they are many, and upright where they
/// are dense. Where even upright ones do not all fit, those of the greatest priority stay. The order of labels
/// is that of their marks, so the lines that lead from one to the other never cross.
package struct MarkLabels: Equatable, Sendable {
  /// One label to be placed.
  package struct Item: Equatable, Sendable {
    package var text: String
    /// The width of the text in points.
    package var width: Double
    /// The place of the mark on the page.
    package var target: Double
    /// Where there is no room for all, greater ones stay.
    package var priority: Double
    /// The index of the colour.
    package var colourIndex: Int

    package init(text: String, width: Double, target: Double, priority: Double, colourIndex: Int = 0) {
      self.text = text
      self.width = width
      self.target = target
      self.priority = priority
      self.colourIndex = colourIndex
    }
  }

  /// A label with its place on the page.
  package struct Placed: Equatable, Sendable {
    package var item: Item
    /// The middle of a flat label, the beginning of one that is not.
    package var x: Double
  }

  /// The labels that have room, from left to right.
  package let placed: [Placed]
  /// The direction of reading in degrees, clockwise from the right: 0, −45 or −90.
  package let angle: Double
  /// The height of the lane with the lines that lead down from it; 0 without labels.
  package let height: Double

  /// The height of the lines that lead from the labels down to the plot.
  package let leaderHeight: Double

  static let textSize = 8.0
  private static let flatGap = 9.0
  /// The farthest that a flat and a slanted label may be from their marks.
  private static let (flatShift, slantedShift) = (40.0, 30.0)
  /// The distances between slanted and between upright labels: text lines of 9.5 points.
  private static let (slantedPitch, uprightPitch) = (13.5, 9.5)
  /// The sine and cosine of 45°.
  private static let diagonal = 0.5.squareRoot()

  /// Places `items` between `left` and `right`.
  package init(_ items: [Item], left: Double, right: Double) {
    let items = items.sorted { $0.target < $1.target }
    let longest = items.map(\.width).max() ?? 0
    let flat = MarkLabels.places(
      items.map { Room(item: $0, before: $0.width / 2, after: $0.width / 2) }, gap: MarkLabels.flatGap,
      left: left, right: right)
    if let flat, MarkLabels.longestShift(items, flat) <= MarkLabels.flatShift {
      self.init(items, flat, angle: 0, textHeight: MarkLabels.textSize + 4)
      return
    }
    // Text reads up to the right, so a label needs the pitch beside others and its whole length at the end.
    let slanted = MarkLabels.places(
      items.map {
        Room(item: $0, pitch: MarkLabels.slantedPitch, last: right - $0.width * MarkLabels.diagonal - 4)
      }, gap: 0, left: left, right: right)
    if let slanted, MarkLabels.longestShift(items, slanted) <= MarkLabels.slantedShift {
      let height = (longest + MarkLabels.textSize) * MarkLabels.diagonal + 3
      self.init(items, slanted, angle: -45, textHeight: height)
      return
    }
    let capacity = max(Int((right - left) / MarkLabels.uprightPitch), 0)
    let order = items.indices.sorted { (-items[$0].priority, $0) < (-items[$1].priority, $1) }
    let kept = order.prefix(capacity).sorted().map { items[$0] }
    let upright = MarkLabels.places(
      kept.map { Room(item: $0, pitch: MarkLabels.uprightPitch, last: .infinity) }, gap: 0, left: left,
      right: right)
    self.init(upright == nil ? [] : kept, upright ?? [], angle: -90, textHeight: longest + 6)
  }

  private init(_ items: [Item], _ places: [Double], angle: Double, textHeight: Double) {
    placed = zip(items, places).map { Placed(item: $0, x: $1) }
    self.angle = angle
    // Longer where labels are far from their marks, so that leading lines do not run flat.
    leaderHeight = items.isEmpty ? 0 : min(max(MarkLabels.longestShift(items, places) * 0.45, 12), 36)
    height = items.isEmpty ? 0 : leaderHeight + textHeight
  }

  private static func longestShift(_ items: [Item], _ places: [Double]) -> Double {
    zip(items, places).map { abs($0.target - $1) }.max() ?? 0
  }

  /// Draws the labels above `top`, the upper border of the plot, with lines that lead down to it.
  func draw(above top: Double, on canvas: Canvas) {
    for label in placed {
      let colour = ColourMap.lineColour(label.item.colourIndex)
      let foot = top - leaderHeight
      canvas.stroke(
        [Point(label.x, foot), Point(label.item.target, top - 2), Point(label.item.target, top)], colour,
        width: 0.7)
      canvas.text(
        label.item.text, at: Point(label.x + (angle == -45 ? 1 : 0), foot - 3), size: MarkLabels.textSize,
        colour.lit(by: 0.55), alignment: angle == 0 ? .centre : .leading,
        vertical: angle == 0 ? .baseline : .middle, angle: angle)
    }
  }

  /// What a label needs along the lane.
  private struct Room {
    var target: Double
    var before: Double
    var after: Double
    /// The greatest place, whatever the neighbours need.
    var last = Double.infinity

    init(item: Item, before: Double, after: Double) {
      target = item.target
      self.before = before
      self.after = after
    }

    init(item: Item, pitch: Double, last: Double) {
      self.init(item: item, before: pitch / 2, after: pitch / 2)
      self.last = last
    }
  }

  /// Ascending places, each near its target, such that no two extents overlap and all lie within the ends;
  /// `nil` if there is no room.
  ///
  /// `items` ascend by their targets. The sum of squared distances to the targets is least where the ends do
  /// not interfere.
  private static func places(
    _ items: [Room], gap: Double, left: Double, right: Double
  ) -> [Double]? {
    // Offsets from the first item's place at which the items touch; along them the task is to find ascending
    // numbers nearest to given ones, which pooling neighbours out of order solves (isotonic regression).
    var offsets: [Double] = []
    for (index, item) in items.enumerated() {
      offsets.append(index == 0 ? 0 : offsets[index - 1] + items[index - 1].after + gap + item.before)
    }
    var pools: [(sum: Double, count: Int)] = []
    for (item, offset) in zip(items, offsets) {
      pools.append((item.target - offset, 1))
      while pools.count > 1 {
        let (previous, last) = (pools[pools.count - 2], pools[pools.count - 1])
        guard previous.sum / Double(previous.count) > last.sum / Double(last.count) else { break }
        pools.removeLast(2)
        pools.append((previous.sum + last.sum, previous.count + last.count))
      }
    }
    let ascending = pools.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
    // The right end is met from the last item on, then the left end from the first.
    var places = zip(ascending, offsets).map { $0 + $1 }
    var ceiling = Double.infinity
    for index in items.indices.reversed() {
      let end = min(right - items[index].after, items[index].last)
      ceiling = min(ceiling, end - offsets[index])
      places[index] = min(places[index], ceiling + offsets[index])
    }
    var floor = -Double.infinity
    for index in items.indices {
      floor = max(floor, left + items[index].before - offsets[index])
      places[index] = max(places[index], floor + offsets[index])
      let end = min(right - items[index].after, items[index].last)
      guard places[index] <= end + 1e-9 else { return nil }
    }
    return places
  }
}
