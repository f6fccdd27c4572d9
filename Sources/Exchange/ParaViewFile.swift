import Foundation
import ThalwegFiles
import ThalwegStores

/// Surfaces as ParaView reads them. Holes are left out; no height is made up for them.
///
/// `.vtp` is what loss-landscape's `h52vtp.py` writes: points at the height of the loss, a number `zvalue` at each, and
/// cells between four neighbours with their mean `averaged zvalue`. Where one of four neighbours is a hole there is a
/// triangle. `log zvalue` is ln(loss + 0.1), as there; it is left out where it has no value. Numbers are 32-bit floats,
/// written so that they read back to the same bits.
///
/// `.vti` holds the whole grid as an image in 64-bit floats, every quantity under its own name, with holes as NaN
/// that `vtkGhostType` hides. Its axes must be evenly spaced.
///
/// Source: Kitware, VTK XML file formats; Li et al., h52vtp.py.
public enum ParaViewFile {
  /// What the height of a polygon's corner is.
  public enum Height: Sendable {
    /// The loss.
    case loss
    /// ln(loss + 0.1).
    case logarithm
  }

  /// Added to a loss before its logarithm, in h52vtp.py too.
  private static let offset: Float = 0.1
  /// VTK's mark of a point that is not shown.
  private static let hiddenPoint: UInt8 = 2

  // MARK: - Polygons

  /// The text of a `.vtp` file.
  ///
  /// - Throws: ``ExchangeError/cannotHold(format:found:expected:)`` for a line, for a surface of holes alone, and for
  ///   logarithmic heights where there is no logarithm.
  public static func polygons(_ surface: ExchangedSurface, height: Height = .loss) throws(ExchangeError) -> String {
    guard let ys = surface.ys else {
      throw .cannotHold(format: "ParaView's .vtp", found: "a line", expected: "a surface of two axes")
    }
    let xs = surface.xs
    let losses = zip(surface.losses, surface.states).map { $1 == .diverged ? Float.nan : Float($0) }
    var numbers = [Int?](repeating: nil, count: losses.count)
    var corners: [Int] = []
    for (position, loss) in losses.enumerated() where loss.isFinite {
      numbers[position] = corners.count
      corners.append(position)
    }
    guard !corners.isEmpty else {
      throw .cannotHold(format: "ParaView's .vtp", found: "holes alone", expected: "a finite loss")
    }
    let logarithms = corners.map { Float(log(Double(losses[$0]) + Double(offset))) }
    let hasLogarithm = logarithms.allSatisfy(\.isFinite)
    guard height == .loss || hasLogarithm else {
      throw .cannotHold(
        format: "a logarithmic height", found: "a loss of \(losses.min() ?? .nan)", expected: "losses above -0.1")
    }
    let heights = height == .loss ? corners.map { losses[$0] } : logarithms
    let cells = Self.cells(rows: ys.count, columns: xs.count, numbers: numbers)
    let places = zip(corners, heights).flatMap { position, height in
      [Float(xs[position % xs.count]), Float(ys[position / xs.count]), height]
    }
    let means = cells.map { cell in cell.reduce(0) { $0 + heights[$1] / Float(cell.count) } }
    let pointArrays =
      [array("zvalue", "Float32", texts(corners.map { losses[$0] }))]
      + (hasLogarithm ? [array("log zvalue", "Float32", texts(logarithms))] : [])
    let offsets = cells.reduce(into: [Int]()) { $0.append(($0.last ?? 0) + $1.count) }
    return """
      <VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt64">
        <PolyData>
          <Piece NumberOfPoints="\(corners.count)" NumberOfVerts="0" NumberOfLines="0" NumberOfStrips="0" \
      NumberOfPolys="\(cells.count)">
            <PointData Scalars="zvalue">
      \(pointArrays.joined())      </PointData>
            <CellData Scalars="averaged zvalue">
      \(array("averaged zvalue", "Float32", texts(means)))      </CellData>
            <Points>
      \(array("Points", "Float32", texts(places), components: 3))      </Points>
            <Polys>
      \(array("connectivity", "Int64", cells.joined().map { "\($0)" }))\
      \(array("offsets", "Int64", offsets.map { "\($0)" }))      </Polys>
          </Piece>
        </PolyData>
      </VTKFile>

      """
  }

  /// The cells, their corners in h52vtp.py's order: i, i + 1, i + n + 1, i + n.
  private static func cells(rows: Int, columns: Int, numbers: [Int?]) -> [[Int]] {
    var cells: [[Int]] = []
    for row in 0..<(rows - 1) {
      for column in 0..<(columns - 1) {
        let first = row * columns + column
        let cell = [first, first + 1, first + columns + 1, first + columns].compactMap { numbers[$0] }
        if cell.count > 2 { cells.append(cell) }
      }
    }
    return cells
  }

  private static func array(_ name: String, _ type: String, _ values: [String], components: Int = 1) -> String {
    var text =
      "        <DataArray type=\"\(type)\" Name=\"\(name)\" NumberOfComponents=\"\(components)\" format=\"ascii\">\n"
    for start in stride(from: 0, to: values.count, by: 6) {
      text += "          " + values[start..<min(start + 6, values.count)].joined(separator: " ") + "\n"
    }
    return text + "        </DataArray>\n"
  }

  private static func texts(_ values: [Float]) -> [String] { values.map { "\($0)" } }

  // MARK: - Images

  /// The text of a `.vti` file.
  ///
  /// - Throws: ``ExchangeError/cannotHold(format:found:expected:)`` for a line and for uneven axes.
  public static func image(_ surface: ExchangedSurface) throws(ExchangeError) -> String {
    guard let ys = surface.ys else {
      throw .cannotHold(format: "ParaView's .vti", found: "a line", expected: "a surface of two axes")
    }
    let xs = surface.xs
    let spacing = (x: try spacing(of: xs, "x"), y: try spacing(of: ys, "y"))
    let hidden = zip(surface.losses, surface.states).map { loss, state in
      state == .diverged || !loss.isFinite ? hiddenPoint : 0
    }
    var arrays = ""
    for (quantity, values) in surface.columns.sorted(by: { $0.key.name < $1.key.name }) {
      var bytes: [UInt8] = []
      for value in values { bytes.append(little: value.bitPattern) }
      arrays += encodedArray(quantity.name, "Float64", bytes)
    }
    arrays += encodedArray("vtkGhostType", "UInt8", hidden)
    let extent = "0 \(xs.count - 1) 0 \(ys.count - 1) 0 0"
    return """
      <VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64">
        <ImageData WholeExtent="\(extent)" Origin="\(xs[0]) \(ys[0]) 0" Spacing="\(spacing.x) \(spacing.y) 1">
          <Piece Extent="\(extent)">
            <PointData Scalars="loss">
      \(arrays)      </PointData>
          </Piece>
        </ImageData>
      </VTKFile>

      """
  }

  /// Base64, with the number of bytes before them: text knows no NaN.
  private static func encodedArray(_ name: String, _ type: String, _ bytes: [UInt8]) -> String {
    var data: [UInt8] = []
    data.append(little: UInt64(bytes.count))
    let text = Data(data + bytes).base64EncodedString()
    return "        <DataArray type=\"\(type)\" Name=\"\(escaped(name))\" format=\"binary\">\(text)</DataArray>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  private static func spacing(of coordinates: [Double], _ axis: String) throws(ExchangeError) -> Double {
    guard let first = coordinates.first, let last = coordinates.last, coordinates.count > 1 else { return 1 }
    let step = (last - first) / Double(coordinates.count - 1)
    // Coordinates are rounded: each may be off by some units in the last place of the largest.
    let slack = 8 * max(abs(first), abs(last)).ulp
    for (index, value) in coordinates.enumerated() where abs(first + Double(index) * step - value) > slack {
      throw .cannotHold(
        format: "ParaView's .vti", found: "\(value) as coordinate \(index) of \(axis)",
        expected: "even steps of \(step); .vtp takes uneven ones")
    }
    return step
  }
}
