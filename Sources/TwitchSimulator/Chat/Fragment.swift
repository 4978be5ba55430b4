/// A piece of a message: plain text, or something that is shown in its own way.
enum Fragment {
  case text(String)
  case emote(Emote)
  case cheermote(Cheermote, text: String)
  case mention(Simulator.User, text: String)

  var text: String {
    switch self {
    case .text(let text), .cheermote(_, let text), .mention(_, let text): text
    case .emote(let emote): emote.name
    }
  }

  var json: JSON {
    switch self {
    case .text: json(type: "text")
    case .emote(let emote):
      json(
        type: "emote",
        emote: [
          "id": JSON(emote.id), "emote_set_id": JSON(emote.setID), "owner_id": JSON(emote.owner),
          "format": JSON(emote.formats),
        ])
    case .cheermote(let cheer, _):
      json(
        type: "cheermote",
        cheermote: ["prefix": .string(cheer.prefix), "bits": .int(cheer.bits), "tier": .int(cheer.tier)])
    case .mention(let user, _):
      json(
        type: "mention",
        mention: ["user_id": JSON(user.id), "user_login": JSON(user.login), "user_name": JSON(user.displayName)])
    }
  }

  private func json(type: String, cheermote: JSON = nil, emote: JSON = nil, mention: JSON = nil) -> JSON {
    ["type": .string(type), "text": .string(text), "cheermote": cheermote, "emote": emote, "mention": mention]
  }

  /// The shorter form in messages that AutoMod holds: an emote without owner and format, and no mentions.
  var heldJSON: JSON {
    var emote = JSON.null
    if case .emote(let value) = self { emote = ["id": JSON(value.id), "emote_set_id": JSON(value.setID)] }
    var cheermote = JSON.null
    if case .cheermote = self { cheermote = json["cheermote"] ?? .null }
    let type = emote == .null ? (cheermote == .null ? "text" : "cheermote") : "emote"
    return ["type": .string(type), "text": .string(text), "cheermote": cheermote, "emote": emote]
  }
}

extension People {
  /// Cuts a text at its words; white space stays with the plain text around.
  func fragments(of text: String, in owner: Simulator.User, cheers: Bool) -> [Fragment] {
    var fragments: [Fragment] = []
    var plain = ""
    func add(_ fragment: Fragment, rest: Substring = "") {
      if !plain.isEmpty { fragments.append(.text(plain)) }
      fragments.append(fragment)
      plain = String(rest)
    }
    for (index, part) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { plain += " " }
      let word = String(part)
      if let emote = Emotes.named(word, in: owner) {
        add(.emote(emote))
      } else if cheers, let cheer = Cheermote(word) {
        add(.cheermote(cheer, text: word))
      } else if let (user, length) = mentioned(part) {
        add(.mention(user, text: String(part.prefix(length))), rest: part.dropFirst(length))
      } else {
        plain += word
      }
    }
    if !plain.isEmpty { fragments.append(.text(plain)) }
    return fragments
  }

  /// Who `@name` at the start of a word is, by login or display name; only people who exist are mentioned.
  private func mentioned(_ word: Substring) -> (Simulator.User, length: Int)? {
    guard word.first == "@" else { return nil }
    let name = word.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard !name.isEmpty else { return nil }
    let user = user(login: String(name)) ?? users.values.first { $0.displayName == name }
    return user.map { ($0, name.count + 1) }
  }
}
