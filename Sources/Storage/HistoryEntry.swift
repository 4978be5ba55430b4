/// One thing that a room remembers: a message, an act of moderation, or a place where something may be missing.
public struct HistoryEntry: Hashable, Sendable {
  /// What an entry stands for.
  public enum Kind: UInt8, Sendable {
    /// Something that somebody said or that chat said by itself.
    case message = 0
    /// A moderator took messages away.
    case moderation = 1
    /// Nobody knows what came before this: the gateway was not running, or could not keep it.
    case gap = 2
  }

  /// Its place: greater than that of everything before it in the same room, whichever run of the gateway that was in.
  public var number: Int64
  /// When it was said, in milliseconds since 1970 by the network's clock.
  public var time: Int64
  /// What it stands for.
  public var kind: Kind
  /// The stream account whose chat it is in; 0 is the internal chat.
  public var account: AccountID
  /// The message's own id, or that of the message that moderation took away. Empty where there is none.
  public var messageID: String
  /// Who wrote it, or whose messages moderation took away.
  public var author: Author?
  /// The only users who may see it, or `nil` when everybody in the room may.
  public var audience: Set<UserID>?
  /// The frame's payload as clients get it: one JSON object.
  public var payload: [UInt8]

  /// Takes everything as it is.
  public init(
    number: Int64, time: Int64, kind: Kind, account: AccountID = AccountID(rawValue: 0), messageID: String = "",
    author: Author? = nil, audience: Set<UserID>? = nil, payload: [UInt8]
  ) {
    self.number = number
    self.time = time
    self.kind = kind
    self.account = account
    self.messageID = messageID
    self.author = author
    self.audience = audience
    self.payload = payload
  }

  /// Whether a user may see it.
  public func isFor(_ user: UserID) -> Bool { audience?.contains(user) ?? true }

  /// What an act of moderation takes away.
  public var removal: Removal? {
    guard kind == .moderation else { return nil }
    if !messageID.isEmpty { return .message(messageID, in: account) }
    if let author { return .author(author, in: account) }
    return .chat(account)
  }
}

/// Who wrote something: somebody on a network, or a user of this gateway on its internal chat.
public struct Author: Hashable, Sendable {
  /// `twitch`, or `irc` for the internal chat.
  public var network: String
  /// The network's id of the person; on the internal chat the digits of a ``UserID``.
  public var id: String

  /// Names somebody on a network.
  public init(network: String, id: String) {
    self.network = network
    self.id = id
  }

  /// A user of this gateway, on its internal chat.
  public init(_ user: UserID) {
    self.init(network: "irc", id: user.description)
  }
}

/// What is to be forgotten of a room's messages.
public enum Removal: Hashable, Sendable {
  /// One message of an account's chat.
  case message(String, in: AccountID)
  /// What somebody wrote in an account's chat.
  case author(Author, in: AccountID)
  /// An account's whole chat.
  case chat(AccountID)
  /// Everything that somebody wrote or, being a user of this gateway, was written to in private.
  case everythingOf(Author)

  /// Whether an entry is to be forgotten. Acts of moderation stay, since clients that were away still have to hear of them.
  public func covers(_ entry: HistoryEntry) -> Bool {
    if case .everythingOf(let author) = self {
      return entry.author == author || entry.audience?.contains { Author($0) == author } == true
    }
    guard entry.kind == .message else { return false }
    return switch self {
    case .message(let id, let account): entry.messageID == id && entry.account == account
    case .author(let author, let account): entry.author == author && entry.account == account
    case .chat(let account): entry.account == account
    case .everythingOf: false
    }
  }
}
