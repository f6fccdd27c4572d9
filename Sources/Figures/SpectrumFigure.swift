/// Eigenvalue densities of one or several operators on one pair of axes.
///
/// Densities of smoothed spectra span hundreds of decades, so a logarithmic density axis ends at a floor, and
/// lines below it leave the plot. On a symmetric logarithmic eigenvalue axis the two signs stand apart, with
/// a gap where magnitudes are smaller than the series resolve.
///
/// ```swift
/// let trained = SpectrumSeries(
///   label: "trained", positions: places, density: density, lower: lows, upper: highs,
///   marks: [SpectrumMark(position: 39.1, label: "λ₁ = 39.1")])
/// try SpectrumFigure(title: "Hessian spectrum", series: [trained]).write(to: "spectrum.pdf")
/// ```
public struct SpectrumFigure: Figure {
  /// The line above everything, if not empty.
  public var title: String
  /// The text below everything, broken into lines where needed.
  public var caption: String
  /// The spectra, in the order of the legend.
  public var series: [SpectrumSeries]
  /// Whether equal steps along the density axis are equal ratios.
  public var isLogarithmicDensity: Bool
  /// Whether the eigenvalue axis is logarithmic in the magnitude, with the two signs apart.
  public var isSymmetricLogarithmicAxis: Bool
  /// The lower end of the density axis. `nil` takes 0 on a linear axis and about 10⁻⁶ of the highest density
  /// on a logarithmic one.
  public var lowestDensity: Double?
  /// What the density axis has room for at least, so that several figures share it.
  public var highestDensity: Double?
  /// The label of the horizontal axis.
  public var xLabel: String
  /// The label of the vertical axis.
  public var yLabel: String
  /// The extent of the page.
  public var size: Size

  /// The figure of `series`, at least one; `lowestDensity` must be positive on a logarithmic axis.
  public init(
    title: String, caption: String = "", series: [SpectrumSeries], isLogarithmicDensity: Bool = true,
    isSymmetricLogarithmicAxis: Bool = false, lowestDensity: Double? = nil,
    xLabel: String = "eigenvalue λ", yLabel: String = "density", size: Size = Size(width: 480, height: 310)
  ) {
    precondition(!series.isEmpty, "a figure needs at least one spectrum")
    if let lowestDensity {
      precondition(Axis.canShow(lowestDensity), "the lowest density must be finite, found \(lowestDensity)")
      precondition(
        !isLogarithmicDensity || lowestDensity >= 1e-300,
        "the lowest density of a logarithmic axis must be positive, found \(lowestDensity)")
    }
    self.title = title
    self.caption = caption
    self.series = series
    self.isLogarithmicDensity = isLogarithmicDensity
    self.isSymmetricLogarithmicAxis = isSymmetricLogarithmicAxis
    self.lowestDensity = lowestDensity
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.size = size
  }

  /// Draws the figure.
  ///
  /// - Throws: ``FigureError/noFiniteValue`` if no series has a value, ``FigureError/noPositiveValue`` if a
  ///   logarithmic axis has nothing to show. A series without values beside others is noted in the legend.
  public func draw(on canvas: Canvas) throws(FigureError) {
    let x = try EigenvalueAxis(
      positions: series.map(\.positions), marks: series.flatMap(\.marks).map(\.position),
      isSymmetricLogarithmic: isSymmetricLogarithmicAxis)
    let y = try Axis.density(
      series.flatMap(\.line.values).compactMap { $0 },
      borders: series.flatMap { $0.line.lower + $0.line.upper }.compactMap { $0 } + [highestDensity].compactMap { $0 },
      isLogarithmic: isLogarithmicDensity, lowest: lowestDensity)
    let page = PageLayout(headline: title, caption: caption, size: size, canvas: canvas)
    var area = page.content
    let legend = Legend(
      series.enumerated().map { index, spectrum in
        Legend.Entry(
          name: spectrum.label + (spectrum.line.runs.isEmpty ? " (no values)" : ""),
          colour: ColourMap.lineColour(index), dash: Self.dash(index))
      }, in: area, on: canvas)
    area.removeTop(legend.height)
    // Fractions of the eigenvalue axis, which draws its ticks itself.
    var frame = PlotFrame(
      x: Axis(lower: 0, upper: 1, isLogarithmic: false, ticks: [], step: 1), y: y, xLabel: xLabel,
      yLabel: yLabel, title: "")
    // The height of the labels depends on where marks are, which does not depend on the height.
    frame.place(in: area, on: canvas)
    let labels = markLabels(x, frame, right: area.right, on: canvas)
    area.removeTop(labels.height)
    frame.place(in: area, on: canvas)

    legend.draw(on: canvas)
    frame.drawGrid(on: canvas)
    x.drawGrid(in: frame.plot, on: canvas)
    labels.draw(above: frame.plot.y, on: canvas)
    let curves = series.map { self.curves(of: $0, x, frame) }
    // A line along the upper border is drawn in its full width.
    var clip = frame.plot
    clip.removeTop(-1)
    canvas.clipped(to: clip) {
      for (index, spectrum) in series.enumerated() { drawBand(spectrum, index, x, frame, on: canvas) }
      for label in labels.placed {
        drawDropLine(label.item, curves[label.item.colourIndex], frame, on: canvas)
      }
      for (index, lines) in curves.enumerated() { drawCurves(lines, index, on: canvas) }
      for (index, spectrum) in series.enumerated() { drawTicks(spectrum, index, x, frame, on: canvas) }
    }
    frame.drawAxes(on: canvas, isBoxed: false)
    x.drawTicks(below: frame.plot, on: canvas)
  }

  /// The place on the page of a point (fraction, density). A line below the axis goes on a little way, so
  /// that it leaves the plot rather than running along its border.
  private func place(_ point: Point, _ frame: PlotFrame) -> Point {
    let fraction = min(max(frame.y.fraction(point.y), -0.05), 1)
    return Point(
      frame.plot.x + frame.plot.width * point.x, frame.plot.bottom - frame.plot.height * fraction)
  }

  private func curves(
    of spectrum: SpectrumSeries, _ x: EigenvalueAxis, _ frame: PlotFrame
  ) -> [[Point]] {
    spectrum.line.runs.flatMap(x.pieces).map { ThinnedLine.thinned($0.map { place($0, frame) }) }
  }

  private func markLabels(
    _ x: EigenvalueAxis, _ frame: PlotFrame, right: Double, on canvas: Canvas
  ) -> MarkLabels {
    var items: [MarkLabels.Item] = []
    for (index, spectrum) in series.enumerated() {
      for mark in spectrum.marks {
        guard let label = mark.label, !label.isEmpty, let fraction = x.markFraction(mark.position) else {
          continue
        }
        items.append(
          MarkLabels.Item(
            text: label, width: canvas.textWidth(label, size: MarkLabels.textSize),
            target: frame.plot.x + frame.plot.width * fraction, priority: abs(mark.position),
            colourIndex: index))
      }
    }
    return MarkLabels(items, left: frame.plot.x, right: right)
  }

  private func drawBand(
    _ spectrum: SpectrumSeries, _ index: Int, _ x: EigenvalueAxis, _ frame: PlotFrame, on canvas: Canvas
  ) {
    for run in spectrum.line.bandRuns {
      // Both borders have the same positions, so they break at the same places.
      for (lower, upper) in zip(x.pieces(of: run.lower), x.pieces(of: run.upper)) {
        let borders = [lower, upper].map { ThinnedLine.thinned($0.map { place($0, frame) }) }
        canvas.fill([borders[0] + borders[1].reversed()], ColourMap.lineColour(index).withOpacity(0.2))
      }
    }
  }

  /// The pattern of the line with this index: it changes where the colours begin anew.
  private static func dash(_ index: Int) -> Canvas.Dash {
    let patterns: [Canvas.Dash] = [.solid, .dashed, .dotted]
    return patterns[index / ColourMap.lineColourCount % patterns.count]
  }

  private func drawCurves(_ lines: [[Point]], _ index: Int, on canvas: Canvas) {
    let colour = ColourMap.lineColour(index)
    canvas.stroke(lines, colour, width: 1.4, dash: Self.dash(index))
    // A point between two holes has no line to show it.
    for line in lines where line.count == 1 { canvas.fillCircle(at: line[0], radius: 1.8, colour) }
  }

  /// Leads from the upper border down to the curve at a labelled mark, or to the axis where the curve is
  /// below it.
  private func drawDropLine(
    _ item: MarkLabels.Item, _ lines: [[Point]], _ frame: PlotFrame, on canvas: Canvas
  ) {
    let curve = lines.compactMap { SpectrumFigure.height(of: $0, at: item.target) }.min()
    let foot = min(curve ?? frame.plot.bottom, frame.plot.bottom)
    let line = [Point(item.target, frame.plot.y), Point(item.target, foot)]
    canvas.stroke(line, ColourMap.lineColour(item.colourIndex).withOpacity(0.6), width: 0.7, dash: .dotted)
  }

  private func drawTicks(
    _ spectrum: SpectrumSeries, _ index: Int, _ x: EigenvalueAxis, _ frame: PlotFrame, on canvas: Canvas
  ) {
    let ticks = spectrum.marks.compactMap { x.markFraction($0.position) }.map { fraction in
      let place = frame.plot.x + frame.plot.width * fraction
      // Rows one above another, as networks often share an outlier; many rows would fill the plot.
      let bottom = frame.plot.bottom - 7 * Double(series.count <= 3 ? index : 0)
      return [Point(place, bottom), Point(place, bottom - 6)]
    }
    canvas.stroke(ticks, ColourMap.lineColour(index), width: 1.3)
  }

  /// The height on the page of the line through `points` at `x`.
  private static func height(of points: [Point], at x: Double) -> Double? {
    guard let next = points.firstIndex(where: { $0.x >= x }) else { return nil }
    if next == 0 { return points[0].x == x ? points[0].y : nil }
    let (before, after) = (points[next - 1], points[next])
    guard after.x > before.x else { return min(before.y, after.y) }
    return before.y + (after.y - before.y) * (x - before.x) / (after.x - before.x)
  }
}

extension Rect {
  /// Gives the uppermost part away.
  mutating func removeTop(_ amount: Double) {
    y += amount
    height -= amount
  }
}
