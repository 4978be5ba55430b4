/// An emote: its name in text and what Twitch says about it.
struct Emote: Sendable {
  let id: String
  let name: String
  let setID: String
  /// The channel it belongs to, `0` for global ones.
  let owner: String
  let formats: [String]
  /// What gives the right to use it, for a channel's emotes.
  var kind = ""
  var tier = ""
}

/// The emotes that exist: some of Twitch's global ones, and a few for every channel, made from its login.
enum Emotes {
  static let global: [Emote] = [
    ("25", "Kappa"), ("425618", "LUL"), ("305954156", "PogChamp"), ("30259", "HeyGuys"), ("64138", "SeemsGood"),
    ("58765", "NotLikeThis"), ("86", "BibleThump"), ("81274", "VoHiYo"), ("62835", "bleedPurple"),
    ("304486301", "GlitchCat"), ("1", ":)"), ("9", "<3"),
  ].map { Emote(id: $0.0, name: $0.1, setID: "0", owner: "0", formats: ["static"]) }

  private static let globalByName = Dictionary(uniqueKeysWithValues: global.map { ($0.name, $0) })

  static func of(_ owner: Simulator.User) -> [Emote] {
    let prefix = String(owner.login.filter { $0 != "_" }.prefix(6))
    return [("Hype", true), ("Wave", false), ("Love", false), ("Nope", false)].map { suffix, isAnimated in
      let name = prefix + suffix
      let isForFollowers = suffix == "Wave"
      return Emote(
        id: "emotesv2_" + hex(name) + hex(owner.id.rawValue + name), name: name,
        setID: String(300_000_000 + stableHash(owner.login + (isForFollowers ? "f" : "s")) % 99_999_999),
        owner: owner.id.rawValue, formats: isAnimated ? ["static", "animated"] : ["static"],
        kind: isForFollowers ? "follower" : "subscriptions", tier: isForFollowers ? "" : "1000")
    }
  }

  /// The emote that a word in somebody's chat is, if it is one.
  static func named(_ name: String, in owner: Simulator.User) -> Emote? {
    globalByName[name] ?? of(owner).first { $0.name == name }
  }

  private static func hex(_ text: String) -> String {
    let digits = String(stableHash(text), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
