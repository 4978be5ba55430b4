import GRDB

/// The tables, and the steps that lead to them.
///
/// A step that was released never changes; the number of steps done is SQLite's `user_version`.
enum Schema {
  /// Takes a database of any earlier version to the last of the steps. Safe when several processes start at once.
  static func migrate(_ database: Database, by steps: [String], path: String) throws {
    let done = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard done <= steps.count else { throw StorageError.newerSchema(path: path) }
    for (index, step) in steps.enumerated().dropFirst(done) {
      try database.execute(sql: step)
      try database.execute(sql: "PRAGMA user_version = \(index + 1)")
    }
  }

  /// The database of who and what there is.
  static let directory = [
    // AUTOINCREMENT: an id that is free again must not lead an old link or an old token to somebody else's things.
    // Times are milliseconds since 1970.
    """
    CREATE TABLE user (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      username TEXT NOT NULL,
      username_key TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE access_token (
      hash BLOB PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX access_token_user ON access_token (user_id);

    CREATE TABLE account (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      owner_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
      network TEXT NOT NULL,
      network_user_id TEXT NOT NULL,
      name TEXT NOT NULL,
      login TEXT NOT NULL,
      slug TEXT NOT NULL,
      picture TEXT,
      settings TEXT NOT NULL DEFAULT '{}',
      state TEXT NOT NULL CHECK (state IN ('usable', 'relinkNeeded')),
      sealed_tokens BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      linked_at INTEGER NOT NULL,
      UNIQUE (network, network_user_id)
    ) STRICT;
    CREATE INDEX account_owner ON account (owner_id);

    CREATE TABLE account_share (
      account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
      user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
      PRIMARY KEY (account_id, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX account_share_user ON account_share (user_id);

    CREATE TABLE stream (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      uuid TEXT NOT NULL UNIQUE,
      owner_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
      name TEXT NOT NULL,
      slug TEXT NOT NULL,
      chat_when_offline INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      UNIQUE (owner_id, slug)
    ) STRICT;

    CREATE TABLE stream_account (
      stream_id INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
      account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
      position INTEGER NOT NULL,
      PRIMARY KEY (stream_id, account_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX stream_account_account ON stream_account (account_id);

    CREATE TABLE stream_share (
      stream_id INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
      user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
      chat_level INTEGER NOT NULL CHECK (chat_level BETWEEN 0 AND 2),
      metadata_level INTEGER NOT NULL CHECK (metadata_level BETWEEN 0 AND 2),
      PRIMARY KEY (stream_id, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX stream_share_user ON stream_share (user_id);

    CREATE TABLE conduit (
      client_id TEXT PRIMARY KEY,
      conduit_id TEXT NOT NULL
    ) STRICT;

    CREATE TABLE sealed_value (
      name TEXT PRIMARY KEY,
      sealed BLOB NOT NULL
    ) STRICT;
    """
  ]
  /// The database of what was said, which may be lost without much harm: so it is a file of its own, and no reader of the
  /// directory wakes up for every line of chat.
  static let history = [
    // A row is some entries of one room that follow each other. `first` and `last` are their numbers, also after moderation has
    // taken the entries themselves away; the counts are of messages, of acts of moderation and of what only some may see.
    """
    CREATE TABLE segment (
      stream_id INTEGER NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      last_time INTEGER NOT NULL,
      messages INTEGER NOT NULL,
      moderation INTEGER NOT NULL,
      private INTEGER NOT NULL,
      entries BLOB NOT NULL,
      UNIQUE (stream_id, first)
    ) STRICT;
    CREATE INDEX segment_time ON segment (last_time);
    CREATE INDEX segment_moderation ON segment (last_time) WHERE moderation > 0;

    CREATE TABLE seen (
      time INTEGER NOT NULL,
      keys BLOB NOT NULL
    ) STRICT;
    CREATE INDEX seen_time ON seen (time);
    """,
    // Lines that accounts sent in the last minutes, for the network's limits.
    """
    CREATE TABLE sent (
      sender TEXT NOT NULL,
      run INTEGER NOT NULL,
      number INTEGER NOT NULL,
      channel TEXT NOT NULL,
      time INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      counts INTEGER NOT NULL,
      PRIMARY KEY (sender, run, number)
    ) STRICT, WITHOUT ROWID;
    """,
  ]
}
