/// The tables of `results.sqlite`.
///
/// Numbers that must keep their bits stand in columns of type `ANY`, which strict tables store as given; a
/// column of type `REAL` would turn −0 into 0. NaN has no representation in SQLite and is stored as `NULL`.
/// Everything that depends on the clock or the machine stands in the tables `surface_time`, `history_time`
/// and `circumstance`; the others are what ``RunFolder/contentDigest()`` covers.
enum ResultSchema {
  /// Marks the file as this program's: `TLWG` in ASCII.
  static let applicationIdentifier = 0x544C_5747
  static let layout = 1

  static let statements = """
    CREATE TABLE surface (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE surface_axis (
      surface INTEGER NOT NULL, axis INTEGER NOT NULL, name TEXT NOT NULL,
      PRIMARY KEY (surface, axis)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE surface_coordinate (
      surface INTEGER NOT NULL, axis INTEGER NOT NULL, position INTEGER NOT NULL, value ANY NOT NULL,
      PRIMARY KEY (surface, axis, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE surface_point (
      surface INTEGER NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL,
      loss ANY, standard_error ANY, correct_count INTEGER, example_count INTEGER,
      PRIMARY KEY (surface, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE surface_extra (
      surface INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, value ANY NOT NULL,
      PRIMARY KEY (surface, position, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE surface_time (
      id INTEGER PRIMARY KEY,
      surface INTEGER NOT NULL, point_count INTEGER NOT NULL, recorded TEXT NOT NULL, seconds ANY
    ) STRICT;
    CREATE TABLE history (
      series TEXT NOT NULL, epoch INTEGER NOT NULL,
      PRIMARY KEY (series, epoch)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE history_value (
      series TEXT NOT NULL, epoch INTEGER NOT NULL, name TEXT NOT NULL, value ANY,
      PRIMARY KEY (series, epoch, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE history_time (
      series TEXT NOT NULL, epoch INTEGER NOT NULL, name TEXT NOT NULL, seconds ANY,
      PRIMARY KEY (series, epoch, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE fact (
      key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE circumstance (
      key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    PRAGMA application_id = \(applicationIdentifier);
    PRAGMA user_version = \(layout);
    """
}
