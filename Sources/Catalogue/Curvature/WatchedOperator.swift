import ThalwegSpectra

/// Somebody asked a run to end between two products.
struct RunCancelled: Error {}

/// Passes products on in blocks, asks before each whether the run shall end, times them and reports progress.
final class WatchedOperator: SymmetricOperator {
  /// Called after each product.
  var onProduct: () -> Void = {}
  /// Called with each vector and its product.
  var onPair: ((UnsafeBufferPointer<Double>, UnsafeBufferPointer<Double>) -> Void)?
  /// Number of vectors multiplied.
  private(set) var productCount = 0
  private let base: any SymmetricOperator
  private let observer: any RunObserver
  private let blockSize: Int
  private var secondsInProducts = 0.0

  /// - Parameter blockSize: Vectors of a block at most.
  init(_ base: any SymmetricOperator, blockSize: Int, observer: any RunObserver) {
    self.base = base
    self.blockSize = blockSize
    self.observer = observer
  }

  var dimension: Int { base.dimension }

  /// Seconds that a product took on average; `nil` before the first.
  var secondsPerProduct: Double? { productCount > 0 ? secondsInProducts / Double(productCount) : nil }

  func multiply(_ vectors: Span<Double>, columnCount: Int, into products: inout MutableSpan<Double>) throws {
    let n = dimension
    try vectors.withUnsafeBufferPointer { all in
      try products.withUnsafeMutableBufferPointer { results in
        for first in stride(from: 0, to: columnCount, by: blockSize) {
          if observer.isCancelled { throw RunCancelled() }
          let count = min(blockSize, columnCount - first)
          let range = first * n..<(first + count) * n
          let seconds = try timed {
            var span = UnsafeMutableBufferPointer(rebasing: results[range]).mutableSpan
            try base.multiply(
              UnsafeBufferPointer(rebasing: all[range]).span, columnCount: count, into: &span)
          }.seconds
          secondsInProducts += seconds
          productCount += count
          for column in first..<first + count {
            let range = column * n..<(column + 1) * n
            onPair?(UnsafeBufferPointer(rebasing: all[range]), UnsafeBufferPointer(rebasing: results[range]))
            onProduct()
          }
        }
      }
    }
  }

  /// Reports every product from now on as one of `total`, of which `done` are done.
  func report(_ title: String, done: Int = 0, of total: Int) {
    let progress = ProductProgress(title: title, done: done, total: total, observer: observer)
    onProduct = progress.add
  }

  /// Makes two products that are thrown away, since the first of all is slower, and tells the time of the second.
  func timeOfProduct() throws -> Double {
    let vector = [Double](repeating: 1 / Double(max(1, dimension)).squareRoot(), count: dimension)
    _ = try product(with: vector)
    let seconds = try timed { try product(with: vector) }.seconds
    (productCount, secondsInProducts) = (0, 0)
    return seconds
  }
}

/// Counts products and tells an observer.
final class ProductProgress {
  private let title: String
  private let total: Int
  private let observer: any RunObserver
  private var done: Int
  private var meter = RateMeter()

  init(title: String, done: Int = 0, total: Int, observer: any RunObserver) {
    self.title = title
    self.done = done
    self.total = total
    self.observer = observer
  }

  /// One product more.
  func add() {
    done += 1
    meter.add(1)
    observer.report(
      RunProgress(title: title, done: Double(done), total: Double(total), unit: "products", rate: meter.rate))
  }
}
