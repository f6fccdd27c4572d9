import ThalwegCatalogue
import ThalwegDatasets
import ThalwegNetworks
import ThalwegNeuralSurfaces
import ThalwegSurveys
import ThalwegTraining

/// Options that make no sense, or not together.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  /// An error in words.
  init(_ description: String) { self.description = description }
}

/// Reads the texts of options. Whatever cannot be read is a mistake in usage, found before any work.
enum OptionText {
  /// Data such as `cifar10:PATH`.
  static func data(_ text: String) throws -> DatasetSource {
    do { return try DatasetSource(text) } catch { throw UsageError("--data: \(error)") }
  }

  /// A normalisation such as `imagenet`.
  static func normalisation(_ text: String) throws -> Normalisation {
    do { return try Normalisation(text) } catch { throw UsageError("--normalisation: \(error)") }
  }

  /// An augmentation such as `crop=4,flip`.
  static func augmentation(_ text: String) throws -> Augmentation {
    do { return try Augmentation(text) } catch { throw UsageError("--augment: \(error)") }
  }

  /// A schedule such as `cosine(0.1)`.
  static func schedule(_ text: String) throws -> any Schedule {
    do { return try ScheduleRegistry.standard.parse(text) } catch { throw UsageError("--schedule: \(error)") }
  }

  /// A network's name. Whether it fits the data is seen later; that it exists is seen here.
  static func network(_ text: String) throws -> String {
    do { try Network.checkName(text) } catch { throw UsageError("--network: \(error)") }
    return text
  }

  /// A policy: `running`, `batch:256`, or `batch` for batches of 128.
  static func policy(_ text: String) throws -> NormalisationPolicy {
    if text == "running" { return .running }
    if text == "batch" { return .batch(size: 128) }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "batch", let size = Int(parts[1]), size >= 2 else {
      throw UsageError("--batch-norm: found \(text), expected running or batch:N with N at least 2")
    }
    return .batch(size: size)
  }

  /// Reads a time such as `90s`, `10m`, `1.5h`.
  static func seconds(_ text: String, option: String) throws -> Double {
    let units = ["s": 1.0, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[String($0)] }), let number = Double(text.dropLast()),
      number.isFinite, number * unit >= 1, number * unit <= 1e7
    else { throw UsageError("--\(option): found \(text), expected a time of 1 s to 2777h, such as 90s, 10m or 1h") }
    return number * unit
  }

  /// An inclusive range such as `-1:1:51`.
  static func axis(_ text: String, option: String) throws -> Axis {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let lower = Double(parts[0]), let upper = Double(parts[1]),
      let count = Int(parts[2]), lower.isFinite, upper.isFinite, lower < upper, (2...100_000).contains(count)
    else {
      throw UsageError(
        "--\(option): found \(text), expected FIRST:LAST:COUNT with FIRST below LAST and 2 to 100000 points, "
          + "such as -1:1:51")
    }
    let axis = Axis(lower: lower, upper: upper, count: count)
    guard axis.spacing.isFinite, zip(axis.coordinates, axis.coordinates.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw UsageError("--\(option): found \(text), expected points that double precision can tell apart")
    }
    return axis
  }
}
