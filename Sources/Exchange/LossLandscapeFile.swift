public import ThalwegFiles
import ThalwegStores

/// The HDF5 file of a surface that loss-landscape (Li et al.) writes and draws.
///
/// In its root stand `xcoordinates`, `ycoordinates` (absent for a line), `train_loss` and `train_acc` in percent, or
/// the same for `test`, and with its map of eigenvalues `min_eig` and `max_eig`. That program gives a plane the shape
/// (x, y), but fills it as if it were (y, x): the flat index is `y · nx + x`. Here only the flat index counts, whatever
/// the shape; written planes have the shape (y, x), which its `plot_2D.py` draws for grids that are not square as well.
/// What was not measured is −1. Its own resuming takes every number ≤ 0 for unmeasured, so it measures a loss of 0 again.
///
/// What that program does not know stands in a group `thalweg`, so that a surface comes back as it was: `state`
/// (0 pending, 1 measured, 2 interpolated, 3 diverged), `standard_error`, `correct_count`, `example_count` and further
/// numbers by name, with NaN for none.
///
/// Source: Li, Xu, Taylor, Studer & Goldstein (2018), Visualizing the loss landscape of neural nets, NeurIPS.
public enum LossLandscapeFile {
  private static let group = "thalweg"
  private static let stateName = "state"
  private static let unmeasured = -1.0
  /// Names there and in this package's surveys.
  private static let eigenvalueNames = ["min_eig": "smallestEigenvalue", "max_eig": "largestEigenvalue"]
  /// Numbers that keep their names.
  private static let ownNames = ["train_loss", "train_acc", "test_loss", "test_acc"]

  // MARK: - Reading

  /// Reads a surface.
  ///
  /// - Throws: `FileFormatError` for a damaged file, ``ExchangeError`` for one that holds no surface.
  public static func surface(_ file: FileBytes) throws -> ExchangedSurface {
    let reader = try SurfaceReader(file)
    let split: ExchangedSurface.Split = reader.has("train_loss") || !reader.has("test_loss") ? .train : .test
    let lossName = "\(split.rawValue)_loss"
    let loss = try reader.values(lossName)
    var columns: [ExchangedSurface.Quantity: [Double]] = [:]
    var states = loss.map { value -> PointState in
      value == unmeasured ? .pending : value.isFinite ? .measured : .diverged
    }
    let own = try reader.members(of: group)
    if let codes = own[stateName] { states = try codes.map { try PointState(exchanged: $0, in: file.name) } }
    columns[.loss] = zip(loss, states).map { $1 == .pending ? .nan : $0 }
    for name in ownNames where name != lossName && reader.has(name) {
      // An accuracy that follows from counts is no number of its own.
      if own["correct_count"] != nil && name == "\(split.rawValue)_acc" { continue }
      columns[.other(name)] = try reader.values(name).map { $0 == unmeasured ? .nan : $0 }
    }
    for (foreign, name) in eigenvalueNames where reader.has(foreign) {
      columns[.other(name)] = zip(try reader.values(foreign), states).map { $1 == .pending ? .nan : $0 }
    }
    for (name, values) in own where name != stateName { columns[.init(name: name)] = values }
    return try ExchangedSurface(
      axes: reader.axes, columns: columns, states: states, split: split, source: file.name)
  }

  // MARK: - Writing

  /// The bytes of a file with `surface`. Equal surfaces give equal bytes.
  ///
  /// - Throws: ``ExchangeError`` where a loss of −1 could not be told from none, or a name is taken.
  public static func bytes(_ surface: ExchangedSurface) throws(ExchangeError) -> [UInt8] {
    let (xs, ys) = (surface.xs, surface.ys)
    let split = surface.split?.rawValue ?? "train"
    let shape = ys.map { [$0.count, xs.count] } ?? [xs.count]
    func plane(_ values: [Double]) -> HDF5Writer.Numbers {
      HDF5Writer.Numbers(shape: shape, values: zip(values, surface.states).map { $1 == .pending ? unmeasured : $0 })
    }
    guard !zip(surface.losses, surface.states).contains(where: { $0 == unmeasured && $1 != .pending }) else {
      throw .cannotHold(format: "loss-landscape's .h5", found: "a loss of -1", expected: "others, as -1 means none")
    }
    var root = ["xcoordinates": HDF5Writer.Numbers(shape: [xs.count], values: xs)]
    if let ys { root["ycoordinates"] = HDF5Writer.Numbers(shape: [ys.count], values: ys) }
    root["\(split)_loss"] = plane(surface.losses)
    if let accuracies = surface.accuracies { root["\(split)_acc"] = plane(accuracies.map { 100 * $0 }) }
    var own = [stateName: HDF5Writer.Numbers(shape: shape, values: surface.states.map(\.exchangeCode))]
    for (quantity, values) in surface.columns where quantity != .loss {
      let foreign = quantity.foreignName(eigenvalueNames, ownNames)
      if let foreign, root[foreign] == nil {
        root[foreign] = plane(values)
        continue
      }
      guard quantity.name != stateName, !quantity.name.contains("/"), !quantity.name.isEmpty, quantity.name != "."
      else {
        throw .cannotHold(
          format: "loss-landscape's .h5", found: "numbers named “\(quantity.name)”", expected: "another name")
      }
      own[quantity.name] = HDF5Writer.Numbers(shape: shape, values: values)
    }
    return try HDF5Writer.bytes(root: root, groups: [group: own])
  }
}

extension ExchangedSurface.Quantity {
  /// Its name in loss-landscape's files; `nil` where they have none.
  fileprivate func foreignName(_ renamed: [String: String], _ own: [String]) -> String? {
    guard case .other(let name) = self else { return nil }
    return own.contains(name) ? name : renamed.first { $0.value == name }?.key
  }
}

/// Reads a surface's parts, each with the same number of values.
private struct SurfaceReader {
  private let file: HDF5File
  private let root: HDF5Group
  let axes: [SurfaceAxis]
  private let count: Int

  init(_ file: FileBytes) throws {
    let opened = try HDF5File(file)
    let root = try opened.rootGroup()
    func axis(_ name: String, _ member: String) throws -> SurfaceAxis? {
      guard let address = root.addresses[member] else { return nil }
      let set = try HDF5DataSet(opened, at: address, name: member)
      return try SurfaceAxis(name: name, exchanged: set.values, in: file.name)
    }
    guard let x = try axis("x", "xcoordinates") else {
      throw ExchangeError.notASurface(
        file: file.name, found: Self.list(root), expected: "xcoordinates, ycoordinates and train_loss")
    }
    axes = [try axis("y", "ycoordinates"), x].compactMap { $0 }
    count = axes.reduce(1) { $0 * $1.coordinates.count }  // Both lists are in memory: their product is no overflow.
    self.file = opened
    self.root = root
  }

  func has(_ name: String) -> Bool { root.addresses[name] != nil }

  /// The values of a data set with one number per point.
  func values(_ name: String) throws -> [Double] {
    guard let address = root.addresses[name] else {
      throw ExchangeError.notASurface(file: file.file.name, found: Self.list(root), expected: name)
    }
    return try values(at: address, name)
  }

  /// All data sets in a group; none where there is no such group.
  func members(of name: String) throws -> [String: [Double]] {
    guard let address = root.addresses[name] else { return [:] }
    let group = try file.group(at: address, name: name)
    // Each value takes a byte at least, unless members share them, which no writer does.
    guard let total = checkedProduct([group.addresses.count, count]), total <= file.file.count else {
      throw ExchangeError.notASurface(
        file: file.file.name, found: "\(group.addresses.count) members of “\(name)”",
        expected: "as many as the file holds")
    }
    return try Dictionary(
      uniqueKeysWithValues: group.addresses.map { member, address in
        (member, try values(at: address, "\(name)/\(member)"))
      })
  }

  private func values(at address: UInt64, _ name: String) throws -> [Double] {
    try HDF5DataSet(file, at: address, name: name, expected: count).values
  }

  private static func list(_ group: HDF5Group) -> String {
    let names = group.addresses.keys.sorted()
    return names.isEmpty ? "no members" : "only \(names.prefix(8).joined(separator: ", "))"
  }
}
