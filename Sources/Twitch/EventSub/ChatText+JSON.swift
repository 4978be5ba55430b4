extension JSONReader {
  /// `message`: the text and its cut, if there is a text.
  mutating func chatText() throws(JSONError) -> (text: String, fragments: [Fragment])? {
    var text: String?
    var fragments: [Fragment] = []
    guard try beginObject() else { return nil }
    while let field = try nextField() {
      switch field {
      case .text: text = try string()
      case .fragments: fragments = try self.fragments()
      default: try skip()
      }
    }
    return text.map { ($0, fragments) }
  }

  private mutating func fragments() throws(JSONError) -> [Fragment] {
    var fragments: [Fragment] = []
    guard try beginArray() else { return [] }
    while try nextElement() { fragments.append(try fragment()) }
    return fragments
  }

  /// One fragment. It is what its `type` says only when the object that belongs to the type is there.
  private mutating func fragment() throws(JSONError) -> Fragment {
    var (text, type) = ("", "")
    var (emote, cheermote, mention): (Emote?, Cheermote?, ChatUser?)
    guard try beginObject() else { return Fragment("") }
    while let field = try nextField() {
      switch field {
      case .text: text = try string() ?? ""
      case .type: type = try string() ?? ""
      case .emote: emote = try self.emote()
      case .cheermote: cheermote = try self.cheermote()
      case .mention: mention = try self.mention()
      default: try skip()
      }
    }
    switch type {
    case "emote": return Fragment(text, emote.map { .emote($0) } ?? .text)
    case "cheermote": return Fragment(text, cheermote.map { .cheermote($0) } ?? .text)
    case "mention": return Fragment(text, mention.map { .mention($0) } ?? .text)
    default: return Fragment(text)
    }
  }

  private mutating func emote() throws(JSONError) -> Emote? {
    var id: String?
    guard try beginObject() else { return nil }
    while let field = try nextField() {
      switch field {
      case .id: id = try string()
      default: try skip()
      }
    }
    return id.map { Emote(id: $0) }
  }

  private mutating func cheermote() throws(JSONError) -> Cheermote? {
    var prefix: String?
    var (bits, tier) = (0, 0)
    guard try beginObject() else { return nil }
    while let field = try nextField() {
      switch field {
      case .prefix: prefix = try string()
      case .bits: bits = try integer() ?? 0
      case .tier: tier = try integer() ?? 0
      default: try skip()
      }
    }
    return prefix.map { Cheermote(prefix: $0, bits: bits, tier: tier) }
  }

  private mutating func mention() throws(JSONError) -> ChatUser? {
    var user = ChatUserFields()
    guard try beginObject() else { return nil }
    while let field = try nextField() {
      switch field {
      case .userID: user.id = try string()
      case .userLogin: user.login = try string()
      case .userName: user.name = try string()
      default: try skip()
      }
    }
    return user.user
  }

  /// `badges`; what is no badge is left out.
  mutating func badges() throws(JSONError) -> [Badge] {
    var badges: [Badge] = []
    guard try beginArray() else { return [] }
    badges.reserveCapacity(4)
    while try nextElement() {
      if let badge = try badge() { badges.append(badge) }
    }
    return badges
  }

  private mutating func badge() throws(JSONError) -> Badge? {
    var (setID, id, info): (String?, String?, String?)
    guard try beginObject() else { return nil }
    while let field = try nextField() {
      switch field {
      case .setID: setID = try string()
      case .id: id = try string()
      case .info: info = try string()
      default: try skip()
      }
    }
    return setID.map { Badge(setID: $0, id: id ?? "", info: info ?? "") }
  }

  /// `cheer`: the number of bits.
  mutating func cheerBits() throws(JSONError) -> Int? {
    var bits: Int?
    guard try beginObject() else { return nil }
    while let field = try nextField() {
      switch field {
      case .bits: bits = try integer()
      default: try skip()
      }
    }
    return bits
  }

  /// `reply`, when it says to what and to whom.
  mutating func reply() throws(JSONError) -> Reply? {
    var (parentID, parentText, threadID): (String?, String?, String?)
    var parentUser = ChatUserFields()
    guard try beginObject() else { return nil }
    while let field = try nextField() {
      switch field {
      case .parentID: parentID = try string()
      case .parentText: parentText = try string()
      case .parentUserID: parentUser.id = try string()
      case .parentUserLogin: parentUser.login = try string()
      case .parentUserName: parentUser.name = try string()
      case .threadID: threadID = try string()
      default: try skip()
      }
    }
    guard let parentID, let parentUser = parentUser.user else { return nil }
    return Reply(
      parentID: MessageID(parentID), parentText: parentText ?? "", parentUser: parentUser,
      threadID: threadID.map { MessageID($0) })
  }
}
