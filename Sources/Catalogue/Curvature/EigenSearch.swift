import Foundation
import ThalwegFiles
import ThalwegSpectra

/// A search for eigenvalues that keeps its state in a file, so that it goes on after an interruption.
///
/// The state holds the whole basis, hundreds of megabytes for large networks, so it is written now and then and at an
/// interruption, not after every step. Whatever was lost is done again with the same bits.
struct EigenSearch {
  /// Seconds between two writings, or twenty times what a writing takes, if that is more.
  private static let interval = 30.0

  /// The search.
  let settings: Lanczos
  /// The file of the state.
  let path: String

  /// Finds the eigenvalues, going on from the file, if it is there. The file stays; see ``discard()``.
  ///
  /// - Parameters:
  ///   - title: What the progress is called.
  ///   - start: The first vector; random if `nil`.
  ///   - keepsEnd: Whether the file shall hold the finished search, so that nothing of it is done again.
  /// - Throws: ``RunCancelled`` after the state was written, and what operator and method throw.
  func run(
    on a: WatchedOperator, title: String, start: [Double]? = nil, keepsEnd: Bool = false
  ) throws -> LanczosResult {
    var state = try stored(dimension: a.dimension) ?? LanczosState(settings, dimension: a.dimension, start: start)
    a.report(title, done: state.step, of: settings.maximumProducts)
    let clock = ContinuousClock()
    var next = clock.now + .seconds(Self.interval)
    do {
      while state.stopReason == nil {
        try state.advance(with: a)
        guard clock.now >= next else { continue }
        let seconds = try timed { try write(state) }.seconds
        next = clock.now + .seconds(max(Self.interval, 20 * seconds))
      }
      if keepsEnd { try write(state) }
      return try state.result(on: a)
    } catch let error as RunCancelled {
      try write(state)
      throw error
    }
  }

  /// Steps that the file holds; `nil` without a usable file.
  func storedStepCount(dimension: Int) -> Int? { stored(dimension: dimension)?.step }

  /// Removes the file.
  func discard() { unlink(path) }

  /// A file that cannot be used costs time and nothing else: the search begins anew.
  private func stored(dimension: Int) -> LanczosState? {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
      let state = try? PropertyListDecoder().decode(LanczosState.self, from: data),
      state.settings == settings, state.dimension == dimension
    else { return nil }
    return state
  }

  private func write(_ state: LanczosState) throws {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    try atomicWrite(path, Array(try encoder.encode(state)))
  }
}
