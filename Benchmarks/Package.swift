// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// A package of its own, so that users of Thalweg never build what only measurements need.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "thalweg", path: "..")],
  targets: [
    .target(name: "CAllocations"),
    .target(name: "CMemoryPeak"),
    .executableTarget(
      name: "Fuzz", dependencies: ["CMemoryPeak", .product(name: "ThalwegFuzzing", package: "thalweg")],
      swiftSettings: settings),
    .executableTarget(
      name: "Bench", dependencies: ["CAllocations", .product(name: "Thalweg", package: "thalweg")],
      swiftSettings: settings),
  ]
)
