/// `Jᵀ r` for a matrix stored row after row.
func transposedProduct(_ jacobian: [Double], _ residuals: [Double], columnCount: Int) -> [Double] {
  var product = [Double](repeating: 0, count: columnCount)
  for row in residuals.indices {
    for column in 0..<columnCount { product[column] += jacobian[row * columnCount + column] * residuals[row] }
  }
  return product
}

/// The damped least-squares problem `min ‖J h + r‖² + μ Σ dᵢ² hᵢ²`, solved by Householder reflections of the
/// matrix extended by `√μ D`.
///
/// The normal equations would square the condition number; this doesn't.
///
/// - Parameters:
///   - jacobian: `J`, row after row.
///   - residuals: `r`, one number for each row.
///   - damping: The diagonal `√μ dᵢ`, all positive, so that the extended matrix has full rank.
/// - Returns: `h`; `nil` where rounding has left no usable pivot.
/// - Complexity: O((m + n) n²) for `m` rows and `n` columns.
func dampedLeastSquares(_ jacobian: [Double], _ residuals: [Double], damping: [Double]) -> [Double]? {
  let columns = damping.count
  let rows = residuals.count + columns
  var matrix = jacobian + [Double](repeating: 0, count: columns * columns)
  for i in 0..<columns { matrix[(residuals.count + i) * columns + i] = damping[i] }
  var right = residuals.map { -$0 } + [Double](repeating: 0, count: columns)
  for pivot in 0..<columns {
    var square = 0.0
    for row in pivot..<rows { square += matrix[row * columns + pivot] * matrix[row * columns + pivot] }
    let head = matrix[pivot * columns + pivot]
    let diagonal = head > 0 ? -square.squareRoot() : square.squareRoot()
    guard diagonal != 0, diagonal.isFinite else { return nil }
    // The reflection is I − v vᵀ / β with v = column − diagonal · e, and vᵀv = 2β.
    let reflected = head - diagonal
    let half = -diagonal * reflected
    matrix[pivot * columns + pivot] = reflected
    for column in pivot + 1..<columns + 1 {
      var product = 0.0
      for row in pivot..<rows {
        let entry = column < columns ? matrix[row * columns + column] : right[row]
        product += matrix[row * columns + pivot] * entry
      }
      let share = product / half
      for row in pivot..<rows {
        let change = share * matrix[row * columns + pivot]
        if column < columns { matrix[row * columns + column] -= change } else { right[row] -= change }
      }
    }
    matrix[pivot * columns + pivot] = diagonal
  }
  var solution = [Double](repeating: 0, count: columns)
  for i in stride(from: columns - 1, through: 0, by: -1) {
    var rest = right[i]
    for j in i + 1..<columns { rest -= matrix[i * columns + j] * solution[j] }
    solution[i] = rest / matrix[i * columns + i]
  }
  return solution.allSatisfy(\.isFinite) ? solution : nil
}
