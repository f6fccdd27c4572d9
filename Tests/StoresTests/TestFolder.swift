import Foundation
import Testing
import ThalwegStores

/// A folder for one test, removed with the object.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/thalweg-stores-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// Checks that `body` throws a one-line ``StoreError`` and returns it.
@discardableResult
func expectStoreError(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> StoreError? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as StoreError {
    #expect(error.isOneLine, sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("\(error) is no StoreError", sourceLocation: sourceLocation)
  }
  return nil
}

extension StoreError {
  var isOneLine: Bool { !description.isEmpty && !description.contains { $0.isNewline } }
}

/// A grid of 3 × 5 points, so that a transposed one is noticed.
let narrowAxes = [
  SurfaceAxis(name: "x", coordinates: [-1, 0, 0.1]),
  SurfaceAxis(name: "y", coordinates: [10, 20, 30, 40, 50]),
]

let plainDescription = RunDescription(
  kind: "surface", options: ["model": "resnet20", "grid": ["width": 3, "height": 5]],
  seeds: ["directions": .max], hashes: ["data": "abc"], settings: ["threads": 2],
  commandLine: ["thalweg", "surface"], versions: ["thalweg": "0.1"], machine: ["cores": "2"])
