// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library target: folder `Sources/NAME` holds the module `ThalwegNAME`.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: "Thalweg\(name)", dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests", swiftSettings: settings)
}

let package = Package(
  name: "thalweg",
  targets: [
    library("Randomness"),
    library("Graphs"),
    library("Surfaces"),
    .target(name: "CKernels", path: "Sources/CKernels"),
    .systemLibrary(name: "COneDNN", path: "Sources/COneDNN"),
    library("Engine", ["ThalwegGraphs", "CKernels", "COneDNN"]),
    .target(name: "TestSupport", path: "Sources/TestSupport", swiftSettings: settings),
    tests("Engine", ["ThalwegEngine", "ThalwegGraphs", "ThalwegRandomness", "TestSupport"]),
  ]
)
