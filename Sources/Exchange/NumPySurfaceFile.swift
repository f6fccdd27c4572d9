public import ThalwegFiles
import ThalwegStores

/// A surface as a `.npz` archive of numpy arrays.
///
/// | array | shape | what |
/// | --- | --- | --- |
/// | `xs`, `ys` | (nx), (ny) | coordinates; a line has no `ys` |
/// | `loss` | (ny, nx) | mean loss; NaN in holes |
/// | `state` | (ny, nx) | 0 pending, 1 measured, 2 interpolated, 3 diverged |
/// | `accuracy` | (ny, nx) | share of correct examples, for convenience: readers take the counts |
/// | `standard_error`, `correct_count`, `example_count` | (ny, nx) | NaN for none |
///
/// Further numbers have arrays of their own names. Only `xs` and `loss` (and `ys` for a plane) must be there; without
/// `state` a point whose loss is not finite has diverged. `numpy.load(path)["loss"]` is drawn with
/// `matplotlib.pyplot.contour(xs, ys, loss)` as it is.
public enum NumPySurfaceFile {
  private static let stateName = "state"
  private static let accuracyName = "accuracy"
  private static let reservedNames = ["xs", "ys", stateName, accuracyName]

  // MARK: - Reading

  /// Reads a surface.
  ///
  /// - Throws: `FileFormatError` for a damaged file, ``ExchangeError`` for one that holds no surface.
  public static func surface(_ file: FileBytes) throws -> ExchangedSurface {
    let archive = try ZipArchive(file)
    let suffix = ".npy"
    let names = archive.members.map(\.name).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    func array(_ name: String) throws -> NumPyArray? {
      try archive[name + suffix].map { try NumPyArray(archive.contents(of: $0)) }
    }
    guard let xs = try array("xs"), let loss = try array("loss") else {
      let found = names.isEmpty ? "no arrays" : "only " + names.prefix(8).joined(separator: ", ")
      throw ExchangeError.notASurface(file: file.name, found: found, expected: "xs, ys and loss")
    }
    let axes = [
      try array("ys").map { try SurfaceAxis(name: "y", exchanged: $0.values, in: file.name) },
      try SurfaceAxis(name: "x", exchanged: xs.values, in: file.name),
    ].compactMap { $0 }
    let shape = axes.map(\.coordinates.count)
    func values(_ array: NumPyArray, _ name: String) throws(ExchangeError) -> [Double] {
      guard array.shape == shape else {
        throw .notASurface(file: file.name, found: "\(name) of shape \(array.shape)", expected: "\(shape)")
      }
      return array.values
    }
    var columns: [ExchangedSurface.Quantity: [Double]] = [.loss: try values(loss, "loss")]
    let hasCounts = names.contains(ExchangedSurface.Quantity.correctCount.name)
    for name in names where name != "xs" && name != "ys" && name != "loss" && name != stateName {
      if name == accuracyName && hasCounts { continue }
      guard let array = try array(name) else { continue }
      columns[.init(name: name)] = try values(array, name)
    }
    let states = try array(stateName).map {
      try values($0, stateName).map { try PointState(exchanged: $0, in: file.name) }
    }
    return try ExchangedSurface(axes: axes, columns: columns, states: states, source: file.name)
  }

  // MARK: - Writing

  /// The bytes of an archive with `surface`. Equal surfaces give equal bytes.
  ///
  /// - Throws: ``ExchangeError`` for a further number whose name is taken, `ZipWriter.SizeError` from 4 GiB on.
  public static func bytes(_ surface: ExchangedSurface) throws -> [UInt8] {
    let shape = surface.grid.shape
    var writer = ZipWriter()
    func append(_ name: String, _ values: [Double], _ shape: [Int]) throws(ZipWriter.SizeError) {
      try writer.append(name + ".npy", NumPyArray(shape: shape, values: values).bytes)
    }
    try append("xs", surface.xs, [surface.xs.count])
    if let ys = surface.ys { try append("ys", ys, [ys.count]) }
    try append("loss", surface.losses, shape)
    try writer.append(
      stateName + ".npy", NumPyArray.bytes(of: surface.states.map { UInt8($0.exchangeCode) }, shape: shape))
    if let accuracies = surface.accuracies { try append(accuracyName, accuracies, shape) }
    for (quantity, values) in surface.columns.sorted(by: { $0.key.name < $1.key.name }) where quantity != .loss {
      let isTaken =
        reservedNames.contains(quantity.name) && (quantity.name != accuracyName || surface.accuracies != nil)
      guard !isTaken, quantity.name.utf8.count < 1000 else {
        throw ExchangeError.cannotHold(
          format: "numpy's .npz", found: "numbers named “\(quantity.name)”", expected: "another name")
      }
      try append(quantity.name, values, shape)
    }
    return writer.finish()
  }
}
