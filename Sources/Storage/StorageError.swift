import GRDB

/// Why storage did not do what it was asked to. Each description is one line for the person who runs the gateway.
public enum StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The data folder or a file in it cannot be used; give the gateway's user the right to, or name another folder.
  case unusable(path: String, reason: String)
  /// Another process kept the database locked for longer than the time-out; try again, or end that process.
  case locked(path: String)
  /// The file is no database of ours or is damaged; put back a copy of it.
  case corrupt(path: String)
  /// A newer chat-relay wrote the database; use that version.
  case newerSchema(path: String)
  /// No room is left on the disk; what was asked is not done.
  case full(path: String)
  /// The secret key is unfit; the reason says what would be right.
  case badKey(String)
  /// The secret key is not the one that the stored tokens were sealed with.
  case wrongKey
  /// What was named does not exist (any more).
  case notFound(String)
  /// The name, the network account or the stream's slug is used already.
  case taken(String)
  /// The name breaks the rule that comes with it.
  case badName(String, rule: String)
  /// Anything else that SQLite reports, in its words.
  case failed(String)

  /// Whether it is the database's state of the moment: the same may succeed later.
  public var isPassing: Bool {
    switch self {
    case .unusable, .locked, .full, .failed: true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .unusable(let path, let reason): "cannot use \(path): \(reason)"
    case .locked(let path): "\(path) is locked by another process; try again when that one is done"
    case .corrupt(let path): "\(path) is damaged or is no chat-relay database; restore it from a copy"
    case .newerSchema(let path): "\(path) was written by a newer chat-relay; run that version"
    case .full(let path): "no space left to write \(path)"
    case .badKey(let reason): reason
    case .wrongKey: "the secret key is not the one that this data folder was made with"
    case .notFound(let what): "there is no \(what)"
    case .taken(let what): what
    case .badName(let name, let rule): "\(name.debugDescription) does not do: \(rule)"
    case .failed(let reason): "the database reports: \(reason)"
    }
  }

  /// Says in our words what SQLite says in its codes. Never quotes a statement's values.
  init(_ error: DatabaseError, path: String) {
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(path: path)
    case .SQLITE_FULL: self = .full(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_IOERR:
      self = .unusable(path: path, reason: error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
    default:
      // The commonest: somebody else removed the user between the look-up and the change.
      self =
        error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY
        ? .notFound("such user, account or stream any more")
        : .failed(error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
    }
  }
}
