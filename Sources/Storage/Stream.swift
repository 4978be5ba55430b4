/// A room: whose chat it carries and whose it is.
public struct Stream: Identifiable, Hashable, Sendable {
  /// The `:id` in `/ws/:id`.
  public let id: StreamID
  /// Who made it, and alone may share and remove it.
  public let owner: UserID
  /// The name that its owner gave it.
  public var name: String
  /// The name as it may stand in an address; unique among the owner's streams.
  public var slug: String
  /// The stream accounts, in the order in which the owner named them.
  public var accounts: [AccountID]
  /// Lists the accounts in `status` while nobody is live too.
  public var chatWhenOffline: Bool

  /// The network's display name or a stream's name as it may stand in an address.
  ///
  /// Lower case, and every run of anything but letters and digits becomes one `-`.
  public static func slug(of name: String) -> String {
    name.lowercased().reduce(into: "") { slug, character in
      if character.isLetter || character.isWholeNumber {
        slug.append(character)
      } else if slug.last != "-" {
        slug.append("-")
      }
    }
  }

  /// Says what is wrong with a name, or nothing.
  static func check(_ name: String) throws(StorageError) {
    guard (1...100).contains(name.count), name.contains(where: { !$0.isWhitespace }), !name.contains(where: \.isNewline)
    else { throw .badName(name, rule: "a stream's name is 1 to 100 characters on one line") }
  }
}

/// What a user may do with a stream's chat.
public enum ChatLevel: Int, Hashable, Comparable, Sendable {
  case none, read, write

  public static func < (left: ChatLevel, right: ChatLevel) -> Bool { left.rawValue < right.rawValue }
}

/// What a user may do with a stream's name, accounts and settings.
public enum MetadataLevel: Int, Hashable, Comparable, Sendable {
  case none, see, edit

  public static func < (left: MetadataLevel, right: MetadataLevel) -> Bool { left.rawValue < right.rawValue }
}

/// What the owner of a stream lets one other user do.
public struct StreamShare: Hashable, Sendable {
  /// How far into the chat.
  public var chatLevel: ChatLevel
  /// How far into what the stream is called and made of.
  public var metadataLevel: MetadataLevel

  /// Lets somebody do nothing, unless told otherwise.
  public init(chatLevel: ChatLevel = .none, metadataLevel: MetadataLevel = .none) {
    self.chatLevel = chatLevel
    self.metadataLevel = metadataLevel
  }
}
