import Foundation

extension PrincipalComponents {
  /// The shares that the components of a pure random walk have: what a plane through a trajectory explains when there is
  /// nothing to explain.
  ///
  /// In a space of many more dimensions than the walk has states, the Gram matrix of independent steps of one size tends to
  /// a fixed matrix with known eigenvalues. From the mean of `T` states they are in proportion to `1 / sin²(πk / 2T)`,
  /// `k = 1 … T − 1`, and the first share tends to `6/π² ≈ 0.608`. From the last state they are in proportion to
  /// `1 / sin²((2k − 1)π / (4T − 2))`, and the first share tends to `8/π² ≈ 0.811`. A walk's scores look like cosines.
  ///
  /// - Parameters:
  ///   - count: Number of states, at least 2.
  ///   - origin: From where the components are taken.
  /// - Returns: `count − 1` shares, the largest first.
  ///
  /// Source: Antognini, Sohl-Dickstein (2018), PCA of high dimensional random walks with comparison to neural network
  /// training, NeurIPS.
  public static func randomWalkShares(of count: Int, from origin: PrincipalOrigin) -> [Double] {
    precondition(count >= 2, "a walk of \(count) states has no components")
    let values = (1..<count).map { k in
      let angle =
        switch origin {
        case .mean: Double.pi * Double(k) / Double(2 * count)
        case .last: Double.pi * Double(2 * k - 1) / Double(4 * count - 2)
        }
      return 1 / (sin(angle) * sin(angle))
    }
    let total = values.reduce(0, +)
    return values.map { $0 / total }
  }
}
