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

/// Tests of the module `ThalwegNAME`, in `Tests/NAMETests`.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ["ThalwegRandomness", "ThalwegSurfaces", "TestSupport"] + dependencies,
    path: "Tests/\(name)Tests", exclude: exclude, swiftSettings: settings)
}

/// A C library of the system behind a module map.
func system(_ name: String, pkgConfig: String? = nil, debian: String) -> Target {
  .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

// Arrows point down: a target depends only on what stands below it in this list.
let package = Package(
  name: "thalweg",
  products: [
    .executable(name: "thalweg", targets: ["ThalwegCommand"]),
    .library(name: "Thalweg", targets: ["Thalweg"]),
    // For the program Fuzz in Benchmarks; no promise to anybody else.
    .library(name: "ThalwegFuzzing", targets: ["ThalwegFuzzing"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .executableTarget(
      name: "ThalwegCommand",
      dependencies: ["Thalweg", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/thalweg-command", swiftSettings: settings),
    .executableTarget(
      name: "loss-slice", dependencies: ["Thalweg"], path: "Examples/loss-slice", swiftSettings: settings),
    .executableTarget(
      name: "spectrum-validation", dependencies: ["Thalweg"], path: "Examples/spectrum-validation",
      swiftSettings: settings),
    .target(
      name: "Thalweg",
      dependencies: [
        "ThalwegCatalogue", "ThalwegExchange", "ThalwegStores", "ThalwegFigures", "ThalwegTraining", "ThalwegSurveys",
        "ThalwegDeformations", "ThalwegCalls", "ThalwegExpressions", "ThalwegNeuralSurfaces", "ThalwegNetworks",
        "ThalwegDatasets",
        "ThalwegCheckpoints", "ThalwegFiles", "ThalwegEngine", "ThalwegGraphs", "ThalwegSurfaces", "ThalwegSpectra",
        "ThalwegLinearAlgebra", "ThalwegRandomness",
      ], path: "Sources/Thalweg", swiftSettings: settings),

    library(
      "Fuzzing",
      [
        "ThalwegCatalogue", "ThalwegExchange", "ThalwegStores", "ThalwegFigures", "ThalwegTraining",
        "ThalwegNetworks", "ThalwegDatasets", "ThalwegCheckpoints", "ThalwegDeformations", "ThalwegExpressions",
        "ThalwegFiles",
        "ThalwegRandomness",
      ]),
    library(
      "Catalogue",
      [
        "ThalwegExchange", "ThalwegStores", "ThalwegFigures", "ThalwegTraining", "ThalwegSurveys",
        "ThalwegDeformations", "ThalwegCalls", "ThalwegExpressions", "ThalwegNeuralSurfaces", "ThalwegNetworks",
        "ThalwegDatasets", "ThalwegCheckpoints", "ThalwegFiles", "ThalwegEngine", "ThalwegSurfaces", "ThalwegSpectra",
        "ThalwegLinearAlgebra", "ThalwegRandomness",
      ]),
    library("Exchange", ["ThalwegStores", "ThalwegFiles", "CHDF5"]),
    library("Stores", ["ThalwegFiles", .product(name: "GRDB", package: "GRDB.swift")]),
    library("Figures", ["CCairo"]),
    library("Surveys", ["ThalwegSurfaces", "ThalwegLinearAlgebra", "ThalwegRandomness"]),
    library("Training", ["ThalwegCalls", "ThalwegSurfaces", "ThalwegRandomness"]),
    library(
      "NeuralSurfaces",
      [
        "ThalwegNetworks", "ThalwegDatasets", "ThalwegEngine", "ThalwegGraphs", "ThalwegSurfaces",
        "ThalwegSpectra", "ThalwegRandomness",
      ]),
    library("Networks", ["ThalwegGraphs", "ThalwegSurfaces", "ThalwegFiles", "ThalwegRandomness"]),
    library("Datasets", ["ThalwegFiles", "ThalwegRandomness"]),
    library("Checkpoints", ["ThalwegFiles"]),
    library("Engine", ["ThalwegGraphs", "CKernels", "COneDNN"]),
    library("Graphs"),
    library(
      "Deformations",
      [
        "ThalwegCalls", "ThalwegExpressions", "ThalwegSurfaces", "ThalwegSpectra", "ThalwegLinearAlgebra",
        "ThalwegRandomness",
      ]),
    library("Calls", ["ThalwegExpressions", "ThalwegSurfaces", "ThalwegFiles"]),
    library("Expressions", ["ThalwegFiles"]),
    library("Surfaces", ["ThalwegSpectra", "ThalwegLinearAlgebra"]),
    library("Spectra", ["ThalwegLinearAlgebra", "ThalwegRandomness"]),
    library("LinearAlgebra", ["COpenBLAS"]),
    library("Files", ["CZlib", "CCrypto"]),
    library("Randomness"),

    .target(name: "CKernels", path: "Sources/CKernels"),
    system("COneDNN", debian: "libdnnl-dev"),
    system("COpenBLAS", pkgConfig: "openblas", debian: "libopenblas-dev"),
    system("CCairo", pkgConfig: "cairo", debian: "libcairo2-dev"),
    system("CHDF5", pkgConfig: "hdf5", debian: "libhdf5-dev"),
    system("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
    system("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),

    .target(
      name: "TestSupport", dependencies: ["ThalwegRandomness"], path: "Sources/TestSupport", swiftSettings: settings),
    tests("Files", ["ThalwegFiles"]),
    tests("Checkpoints", ["ThalwegCheckpoints", "ThalwegFiles"], exclude: ["Fixtures"]),
    tests("Datasets", ["ThalwegDatasets", "ThalwegFiles"]),
    tests("LinearAlgebra", ["ThalwegLinearAlgebra"]),
    tests("Spectra", ["ThalwegSpectra", "ThalwegLinearAlgebra"]),
    tests("Graphs", ["ThalwegGraphs"]),
    tests("Engine", ["ThalwegEngine", "ThalwegGraphs", "ThalwegNetworks", "COneDNN"]),
    tests(
      "NeuralSurfaces",
      [
        "ThalwegNeuralSurfaces", "ThalwegNetworks", "ThalwegDatasets", "ThalwegCheckpoints", "ThalwegEngine",
        "ThalwegTraining", "ThalwegGraphs", "ThalwegSpectra", "ThalwegLinearAlgebra", "ThalwegSurveys",
      ]),
    tests("CKernels", ["CKernels"]),
    tests(
      "Command",
      [
        "ThalwegCommand", "loss-slice", "spectrum-validation", "ThalwegCatalogue", "ThalwegExchange", "ThalwegStores",
        "ThalwegCheckpoints", "ThalwegFiles", "ThalwegDatasets", "ThalwegDeformations", "ThalwegTraining",
        "ThalwegSurveys", "ThalwegNeuralSurfaces", "ThalwegSpectra",
      ]),
    tests("Networks", ["ThalwegNetworks", "ThalwegGraphs", "ThalwegCheckpoints"]),
    tests("Expressions", ["ThalwegExpressions"]),
    tests("Calls", ["ThalwegCalls"]),
    tests(
      "Deformations",
      [
        "ThalwegDeformations", "ThalwegCalls", "ThalwegExpressions", "ThalwegTraining", "ThalwegSpectra",
        "ThalwegLinearAlgebra",
      ]),
    tests("Training", ["ThalwegTraining", "ThalwegCalls"], exclude: ["reference_sgd.py", "reference_optimisers.py"]),
    tests("Surveys", ["ThalwegSurveys", "ThalwegLinearAlgebra"]),
    tests("Figures", ["ThalwegFigures"]),
    tests("Exchange", ["ThalwegExchange", "ThalwegStores", "ThalwegFiles"], exclude: ["Fixtures"]),
    tests("Fuzzing", ["ThalwegFuzzing"]),
    tests("Stores", ["ThalwegStores", "StoresKillHelper"]),
    .executableTarget(
      name: "StoresKillHelper", dependencies: ["ThalwegStores"], path: "Tests/StoresKillHelper",
      swiftSettings: settings),
  ]
)
