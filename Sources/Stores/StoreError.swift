/// What can go wrong with a run folder. Each description is one line that names the place.
public enum StoreError: Error, Equatable, Sendable {
  /// The system refused an operation on a file or folder.
  case system(operation: String, path: String, reason: String)
  /// No space is left. What was committed before is intact.
  case diskFull(path: String)
  /// The file or folder does not permit writing. What was committed before is intact.
  case notWritable(path: String)
  /// A new run was asked for where a run folder is already.
  case alreadyExists(path: String)
  /// A run was to be opened where none is.
  case noRun(path: String)
  /// The folder holds files that no run folder has, `found` for example; nothing was written.
  case notARunFolder(path: String, found: String)
  /// `run.json` or a stored value cannot be understood.
  case unreadable(path: String, reason: String)
  /// The folder or database was made by a version with another layout.
  case unsupportedLayout(path: String, found: Int, supported: Int)
  /// The folder holds a run whose result is determined by other options.
  case identityMismatch(path: String, difference: FieldDifference)
  /// Another process, or this one, is writing the run. The identifier is `nil` where it is not known.
  case locked(path: String, processIdentifier: Int32?)
  /// A change was asked of a run that was opened for reading.
  case openedForReading(path: String)
  /// A use after the run was closed.
  case closed(path: String)
  /// The file is no database, or one of another program.
  case foreignDatabase(path: String, reason: String)
  /// The database is damaged.
  case damagedDatabase(path: String, reason: String)
  /// The database of a run that had one is absent or empty.
  case resultsLost(path: String)
  /// Another process kept the database locked for longer than the waiting time.
  case busy(path: String)
  /// The database reported another failure.
  case database(path: String, reason: String)
  /// The run has no surface of this name.
  case noSurface(name: String)
  /// The surface is stored with other axes.
  case axesMismatch(surface: String, difference: FieldDifference)
  /// A value that a store does not accept.
  case invalidValue(place: String, reason: String)
}

extension StoreError: CustomStringConvertible {
  /// One line: what was found, what was expected, where.
  public var description: String {
    // Paths and names come from outside and may hold line ends.
    String(
      sentence.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
  }

  private var sentence: String {
    switch self {
    case .system(let operation, let path, let reason):
      "cannot \(operation) '\(path)': \(reason)"
    case .diskFull(let path):
      "no space is left to write '\(path)'; what was stored before is intact"
    case .notWritable(let path):
      "'\(path)' cannot be written: it is read-only or belongs to somebody else"
    case .alreadyExists(let path):
      "'\(path)' is already a run folder"
    case .noRun(let path):
      "'\(path)' is not a run folder: it has no run.json"
    case .notARunFolder(let path, let found):
      "'\(path)' is not a run folder and not empty: it holds '\(found)'"
    case .unreadable(let path, let reason):
      "cannot understand '\(path)': \(reason)"
    case .unsupportedLayout(let path, let found, let supported):
      "'\(path)' has layout \(found), this version reads layout \(supported)"
    case .identityMismatch(let path, let difference):
      "'\(path)' holds another run: \(difference)"
    case .locked(let path, let processIdentifier):
      "'\(path)' is being written by "
        + (processIdentifier.map { "process \($0)" } ?? "another process")
    case .openedForReading(let path):
      "'\(path)' was opened for reading and cannot be changed"
    case .closed(let path):
      "'\(path)' has been closed"
    case .foreignDatabase(let path, let reason):
      "'\(path)' is not a result database: \(reason)"
    case .damagedDatabase(let path, let reason):
      "'\(path)' is damaged: \(reason)"
    case .resultsLost(let path):
      "'\(path)' is lost: the run's results were in it; restore it, or run again in another folder"
    case .busy(let path):
      "'\(path)' is locked by another process"
    case .database(let path, let reason):
      "'\(path)' cannot be used: \(reason)"
    case .noSurface(let name):
      "the run has no surface '\(name)'"
    case .axesMismatch(let surface, let difference):
      "surface '\(surface)' is stored with other axes: \(difference)"
    case .invalidValue(let place, let reason):
      "\(place) is not accepted: \(reason)"
    }
  }
}
