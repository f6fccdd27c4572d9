import ThalwegLinearAlgebra

extension LanczosState {
  /// Eigenpairs of T with residual estimates, values ascending.
  struct RitzPairs {
    var values: [Double]
    var vectors: Matrix
    var residuals: [Double]
  }

  /// The Ritz pairs of the active part. O(m³) work for m active vectors.
  func ritzPairs() throws(LinearAlgebraError) -> RitzPairs {
    let kept = keptValues.count
    guard let beta = betas.last else {
      return RitzPairs(values: keptValues, vectors: .identity(kept), residuals: couplings.map { abs($0) })
    }
    let values: [Double]
    let vectors: Matrix
    if kept == 0 {
      let pairs = try TridiagonalEigendecomposition(diagonal: alphas, offDiagonal: betas.dropLast())
      (values, vectors) = (pairs.values, pairs.vectors)
    } else {
      // An arrow: the kept values, each coupled to the first vector after them, and then the tridiagonal
      // part.
      var t = Matrix(rowCount: activeCount, columnCount: activeCount)
      for i in 0..<kept {
        t[i, i] = keptValues[i]
        t[kept, i] = couplings[i]
      }
      for i in alphas.indices {
        t[kept + i, kept + i] = alphas[i]
        if i + 1 < alphas.count { t[kept + i + 1, kept + i] = betas[i] }
      }
      let pairs = try SymmetricEigendecomposition(of: t)
      (values, vectors) = (pairs.values, pairs.vectors)
    }
    let last = activeCount - 1
    return RitzPairs(
      values: values, vectors: vectors, residuals: (0...last).map { abs(beta * vectors[last, $0]) })
  }

  /// Places of the best pairs in the list "locked, then active": the largest, descending, then the smallest,
  /// descending too. Fewer than wanted if there are not as many.
  func best(among ritz: RitzPairs) -> (largest: [Int], smallest: [Int]) {
    // An active value displaces a locked one only if it differs by more than both are known.
    let slack = settings.tolerance * scale
    let values = lockedValues + ritz.values
    let bonus = values.indices.map { $0 < lockedCount ? slack : 0 }
    let (largestWanted, smallestWanted) = wanted
    let descending = values.indices.sorted {
      (values[$0] + bonus[$0], $1) > (values[$1] + bonus[$1], $0)
    }
    let largest = Array(descending.prefix(largestWanted))
    let ascending = descending.dropFirst(largest.count).sorted {
      (values[$0] - bonus[$0], $0) < (values[$1] - bonus[$1], $1)
    }
    return (largest, ascending.prefix(smallestWanted).reversed())
  }

  /// After a product: ends, locks and starts anew, restarts the basis, or lets it grow.
  mutating func review() throws {
    let isExhausted = betas.last == 0
    let isFull = capacity < dimension && basis.count == capacity
    // A decomposition of T costs more as T grows, so it is made less often.
    let isDue = activeCount < 64 || activeCount % (activeCount / 32) == 0
    guard isExhausted || isFull || isDue else { return }
    let ritz = try ritzPairs()
    scale = max(scale, ritz.values.reduce(0) { max($0, abs($1)) })
    if isSettled(ritz) {
      try conclude(ritz, isExhausted: isExhausted)
    } else if isFull {
      restart(ritz)
    }
  }

  /// Whether the wanted pairs have converged and, in a search beside locked ones, the ends are known to be
  /// below them.
  private func isSettled(_ ritz: RitzPairs) -> Bool {
    let (largest, smallest) = best(among: ritz)
    guard largest.count + smallest.count == wanted.largest + wanted.smallest else { return false }
    let picked = Set(largest + smallest)
    let bound = settings.tolerance * scale
    for place in picked where place >= lockedCount && ritz.residuals[place - lockedCount] > bound {
      return false
    }
    guard lockedCount > 0 else { return true }
    func isDecided(_ end: Int, isBeyond: (Double) -> Bool) -> Bool {
      guard !picked.contains(lockedCount + end) else { return true }
      let (value, residual) = (ritz.values[end], ritz.residuals[end])
      if residual <= bound { return true }
      // An eigenvalue's error is of second order in the residual, so the root of the tolerance tells the end
      // of the rest, and that is enough if it stays clear of the wanted ones.
      return residual <= settings.tolerance.squareRoot() * scale && !isBeyond(value)
    }
    let lowestLargest = lockedValues.prefix(largest.count).min() ?? .infinity
    let highestSmallest = lockedValues.dropFirst(largest.count).max() ?? -.infinity
    let (top, bottom) = (activeCount - 1, 0)
    return (wanted.largest == 0 || isDecided(top) { $0 + ritz.residuals[top] >= lowestLargest })
      && (wanted.smallest == 0 || isDecided(bottom) { $0 - ritz.residuals[bottom] <= highestSmallest })
  }

  /// Locks the wanted pairs, and stops or starts anew beside them.
  private mutating func conclude(_ ritz: RitzPairs, isExhausted: Bool) throws {
    let (largest, smallest) = best(among: ritz)
    let places = largest + smallest
    let isFirst = lockedCount == 0
    let hasNews = places.contains { $0 >= lockedCount }
    let isWhole = spansWholeSpace

    basis.rotate(by: selection(places, of: ritz, keepsNext: false))
    lockedResiduals = places.map { $0 < lockedCount ? lockedResiduals[$0] : ritz.residuals[$0 - lockedCount] }
    lockedValues = places.map { $0 < lockedCount ? lockedValues[$0] : ritz.values[$0 - lockedCount] }
    (alphas, betas, keptValues, couplings) = ([], [], [], [])

    quietStartCount = hasNews || isFirst ? 0 : quietStartCount + 1
    let needed = max(settings.confirmationCount, isExhausted ? 1 : 0)
    if isWhole {
      stopReason = .wholeSpace
    } else if quietStartCount >= needed {
      stopReason = .converged
    } else {
      freshStartCount += 1
      appendFreshVector()
    }
  }

  /// Compresses the basis to locked vectors, the outer Ritz vectors and the next vector.
  private mutating func restart(_ ritz: RitzPairs) {
    let active = activeCount
    let (largest, smallest) = wanted
    let share = largest + smallest
    // Half of what is not wanted goes on, which carries over most of what the basis knows about the ends.
    let isFirst = lockedCount == 0
    let goal = isFirst ? share + (active - share) / 2 : max(share > 1 ? 2 : 1, active / 2)
    let kept = max(1, min(active - 2, goal))
    var top = largest * kept / share
    if isFirst { top = min(max(top, largest), kept - smallest) }
    if largest > 0 { top = max(top, 1) }
    if smallest > 0 { top = min(top, kept - 1) }
    let indices = Array(0..<(kept - top)) + Array((active - top)..<active)

    let beta = betas[betas.count - 1]
    let places = Array(0..<lockedCount) + indices.map { lockedCount + $0 }
    basis.rotate(by: selection(places, of: ritz, keepsNext: true))
    keptValues = indices.map { ritz.values[$0] }
    couplings = indices.map { index in
      // A coupling below rounding is none: the pair is exact and stays as it is.
      let coupling = beta * ritz.vectors[active - 1, index]
      return abs(coupling) <= settings.precision.roundoff * scale ? 0 : coupling
    }
    (alphas, betas) = ([], [])
  }

  /// The matrix that turns the basis into the vectors at `places` of "locked, then Ritz", and the next
  /// vector.
  func selection(_ places: [Int], of ritz: RitzPairs, keepsNext: Bool) -> Matrix {
    var y = Matrix(rowCount: basis.count, columnCount: places.count + (keepsNext ? 1 : 0))
    for (column, place) in places.enumerated() {
      if place < lockedCount {
        y[place, column] = 1
      } else {
        for i in 0..<activeCount { y[lockedCount + i, column] = ritz.vectors[i, place - lockedCount] }
      }
    }
    if keepsNext { y[basis.count - 1, places.count] = 1 }
    return y
  }
}
