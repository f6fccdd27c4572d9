public import ThalwegNetworks

extension Network {
  /// Checks that the zoo has a network of this name with these options. Whether it fits the data is seen later.
  ///
  /// - Throws: `NetworkError`.
  public static func checkName(_ text: String) throws(NetworkError) {
    do {
      _ = try Network.named(text, inputShape: [3, 32, 32], classCount: 10)
    } catch {
      switch error {
      case .unknownNetwork, .unknownOption, .notPositive, .tooLarge: throw error
      default: break
      }
    }
  }
}
