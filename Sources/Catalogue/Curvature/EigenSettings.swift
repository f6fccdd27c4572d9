import ThalwegSpectra
import ThalwegStores

/// Which eigenvalues are wanted, and how they are found.
public struct EigenSettings: Sendable, Equatable {
  /// Number of largest eigenvalues.
  public var largestCount = 10
  /// Number of smallest eigenvalues.
  public var smallestCount = 5
  /// A pair has converged if its residual is at most this times the largest magnitude of an eigenvalue.
  public var tolerance = 1e-4
  /// Products after which the search ends unconverged.
  public var maximumProducts = 1000
  /// Bound on the memory of the search's basis.
  public var basisBytes = 2 << 30
  /// Whether the eigenvectors are stored.
  public var storesVectors = false
  /// Whether all eigenvalues are computed from the dense matrix, in place of a search.
  public var isExact = false

  /// The largest dimension of a dense matrix.
  public static let exactLimit = 20_000

  /// The 10 largest and 5 smallest.
  public init() {}

  /// Checks the settings.
  ///
  /// - Throws: ``SettingError``.
  public func validate() throws(SettingError) {
    guard (0...10_000).contains(largestCount) else {
      throw SettingError("largest", found: "\(largestCount)", expected: "0 to 10000")
    }
    guard (0...10_000).contains(smallestCount) else {
      throw SettingError("smallest", found: "\(smallestCount)", expected: "0 to 10000")
    }
    guard largestCount + smallestCount > 0 else {
      throw SettingError("largest", found: "0, and --smallest 0", expected: "at least one eigenvalue")
    }
    guard tolerance > 0, tolerance < 1 else {
      throw SettingError("tolerance", found: "\(tolerance)", expected: "above 0 and below 1")
    }
    guard (1...10_000_000).contains(maximumProducts) else {
      throw SettingError("products", found: "\(maximumProducts)", expected: "1 to 10000000")
    }
  }

  /// The search in this dimension.
  func search(seed: UInt64) -> Lanczos {
    var search = Lanczos(largestCount: largestCount, smallestCount: smallestCount)
    search.tolerance = tolerance
    search.maximumProducts = maximumProducts
    search.memoryLimitBytes = basisBytes
    search.seed = seed
    return search
  }

  /// The options that determine the result.
  var options: [String: JSONValue] {
    var options: [String: JSONValue] = [
      "largest": .integer(Int128(largestCount)), "smallest": .integer(Int128(smallestCount)),
      "exact": .bool(isExact),
    ]
    guard !isExact else { return options }
    options["tolerance"] = .number(tolerance)
    options["products"] = .integer(Int128(maximumProducts))
    options["basisBytes"] = .integer(Int128(basisBytes))
    return options
  }
}
