import COneDNN
import Foundation
import Testing

/// The major version that this run should have met, from the environment.
private let expectedMajor = ProcessInfo.processInfo.environment["THALWEG_EXPECT_ONEDNN_MAJOR"]

@Suite("The mathematics library")
struct LibraryVersionTests {
  @Test(
    "the loaded oneDNN has the major version that was asked for",
    .enabled(if: expectedMajor != nil, "needs THALWEG_EXPECT_ONEDNN_MAJOR, the major version to expect"))
  func loadedVersion() {
    let version = [shim_version_major(), shim_version_minor(), shim_version_patch()]
    print("oneDNN \(version.map { "\($0)" }.joined(separator: "."))")
    #expect("\(version[0])" == expectedMajor)
  }
}
