import Foundation
import ThalwegFiles
import ThalwegLinearAlgebra
import ThalwegSpectra
import ThalwegStores
import ThalwegSurfaces

/// A share of energy in the span of a matrix's largest eigenvectors, and those eigenvalues.
public struct TopShare: Sendable, Equatable, Codable {
  /// Dimension K of the span.
  public let count: Int
  /// The share, from 0 to 1.
  public let share: Double
  /// The share of a random direction, or of a random span: K over the dimension.
  public let randomShare: Double
  /// The largest eigenvalues with their residuals.
  public let eigenvalues: [Double]
  /// `‖A v − θ v‖` of each.
  public let residuals: [Double]
  /// How many of them have converged.
  public let convergedCount: Int
  /// Products that the search for them took.
  public let productCount: Int

  init(_ share: Double, _ result: LanczosResult, dimension: Int) {
    count = result.values.count
    self.share = share
    randomShare = Double(count) / Double(max(1, dimension))
    eigenvalues = result.values
    residuals = result.residuals
    convergedCount = result.areConverged.count { $0 }
    productCount = result.productCount
  }

  /// Both numbers in words.
  var text: String {
    let doubt = convergedCount < count ? "; only \(convergedCount) of \(count) eigenvectors have converged" : ""
    return "\(fixed(100 * share, 2)) % (at random \(significant(100 * randomShare, 2)) %)\(doubt)"
  }
}

/// Searches for the largest eigenvectors beside a density.
struct TopSpaces {
  let subject: CurvatureSubject
  let settings: SpectrumSettings
  let observer: any RunObserver
  /// The path of the searches' files, without their ends.
  let path: String
  /// That of the checkpoint before, whose eigenvectors are near those that are looked for.
  let previousPath: String?

  /// Finds what is wanted and not known yet.
  ///
  /// - Parameters:
  ///   - point: Where it is looked for.
  ///   - matrix: The matrix itself.
  ///   - energyIsKnown: Whether an earlier run has found the gradient's share.
  ///   - overlapIsKnown: Whether an earlier run has found the overlap.
  ///   - report: Called with each result, to be stored.
  func run(
    at point: any Linearisation, of matrix: WatchedOperator, energyIsKnown: Bool, overlapIsKnown: Bool,
    report: (String, TopShare) throws -> Void
  ) throws {
    var hessian: EigenSearch?
    if let count = settings.energyCount, !energyIsKnown {
      let search = search(count, "matrix")
      let result = try search.run(
        on: matrix, title: "search", start: start, keepsEnd: settings.overlapCount == count)
      try storeStart(result)
      let space = try Subspace(spanning: result.vectors)
      if let share = space.energyShare(of: subject.selected(point.gradient)) {
        try report("energy", TopShare(share, result, dimension: subject.dimension))
      } else {
        observer.say("             the gradient is zero; it has no energy to share")
      }
      hessian = search
    }
    if let count = settings.overlapCount, !overlapIsKnown {
      if count != settings.energyCount { hessian?.discard() }
      let search = search(count, "matrix")
      // A finished search is only read again and checked.
      let found = try search.run(on: matrix, title: "search", start: start, keepsEnd: true)
      try storeStart(found)
      let top = try Subspace(spanning: found.vectors)
      hessian = search
      let covariance = try subject.makeOperator(
        at: point, kind: .gradientCovariance(isCentred: false), observer: observer)
      let other = self.search(count, "covariance")
      let result = try other.run(on: covariance, title: "covariance")
      let share = try Subspace(spanning: result.vectors).overlap(with: top)
      try report("overlap", TopShare(share, result, dimension: subject.dimension))
      other.discard()
    }
    hessian?.discard()
  }

  // MARK: - Warm starts

  /// The sum of the eigenvectors found at the checkpoint before; `nil` starts from a random vector.
  private var start: [Double]? {
    guard let path = previousPath.map(TopSpaces.startPath),
      let data = try? Data(contentsOf: URL(fileURLWithPath: path)), data.count == 8 * subject.dimension
    else { return nil }
    return data.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
  }

  /// A file, so that a run that goes on after an interruption starts its searches where it would have without.
  private func storeStart(_ result: LanczosResult) throws {
    var sum = [Double](repeating: 0, count: subject.dimension)
    for column in 0..<result.vectors.columnCount {
      VectorKernel.add(1, times: result.vectors.column(column), to: &sum)
    }
    try atomicWrite(TopSpaces.startPath(path), sum.withUnsafeBytes { Array($0) })
  }

  /// Removes the file that the next checkpoint's search starts from.
  static func discardStart(of path: String) { unlink(startPath(path)) }

  private static func startPath(_ path: String) -> String { path + "-start.bin" }

  private func search(_ count: Int, _ name: String) -> EigenSearch {
    EigenSearch(
      settings: settings.search(count: count, seed: subject.settings.seed), path: "\(path)-\(name).plist")
  }
}
