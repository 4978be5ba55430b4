/// Small drawings that stand for Twitch's pictures, the same ones for the same names.
enum Drawing {
  case emote(String)
  case badge(String)
  case cheermote(Int)
  case profile(String)

  var svg: String {
    switch self {
    case .emote(let id): picture(28, face(id))
    case .badge(let name): picture(18, badge(name))
    case .cheermote(let bits): picture(28, gem(Cheermote.tiers.last { $0.bits <= bits }?.color ?? "#979797"))
    case .profile(let login): picture(64, portrait(stableHash(login)))
    }
  }

  private func picture(_ size: Int, _ content: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" width="\(size * 4)" height="\(size * 4)">\
    \(content)</svg>
    """
  }

  /// What the ids of some global emotes look like, roughly.
  private static let specials = [
    "9": """
    <path d="M14 24 4 13a6 6 0 0 1 10-7 6 6 0 0 1 10 7z" fill="#9147ff"/>
    """,
    "62835": """
    <path d="M14 24 4 13a6 6 0 0 1 10-7 6 6 0 0 1 10 7z" fill="#6441a5"/>\
    <path d="m14 9-3 6h5l-3 6" fill="none" stroke="#fff" stroke-width="2"/>
    """,
  ]

  /// Eyes and mouth of the other global emotes, so that a laugh laughs.
  private static let expressions: [String: (eyes: Int, mouth: Int)] = [
    "25": (0, 0), "425618": (2, 1), "305954156": (3, 2), "30259": (1, 0), "64138": (1, 0), "58765": (2, 3),
    "86": (0, 3), "81274": (1, 1), "304486301": (2, 0), "1": (0, 0),
  ]

  private func face(_ id: String) -> String {
    if let special = Drawing.specials[id] { return special }
    let hash = stableHash(id)
    let hue = hash % 360
    let expression = Drawing.expressions[id] ?? (Int(hash / 7 % 4), Int(hash / 31 % 2))
    let eyes = [
      ##"<circle cx="10" cy="12" r="2"/><circle cx="18" cy="12" r="2"/>"##,
      ##"<path d="M7 12q3-4 5 0M16 12q3-4 5 0" fill="none" stroke="#222" stroke-width="1.8"/>"##,
      ##"<path d="m7 10 5 2-5 2M21 10l-5 2 5 2" fill="none" stroke="#222" stroke-width="1.8"/>"##,
      ##"<circle cx="10" cy="12" r="3" fill="#fff"/><circle cx="18" cy="12" r="3" fill="#fff"/>"##
        + ##"<circle cx="11" cy="12" r="1.4"/><circle cx="19" cy="12" r="1.4"/>"##,
    ]
    let mouths = [
      ##"<path d="M9 18q5 5 10 0" fill="none" stroke="#222" stroke-width="2" stroke-linecap="round"/>"##,
      ##"<path d="M8 17h12q-1 7-6 7t-6-7" fill="#7a1f2b"/>"##,
      ##"<ellipse cx="14" cy="20" rx="3" ry="3.5" fill="#7a1f2b"/>"##,
      ##"<path d="M9 20q5-4 10 0" fill="none" stroke="#222" stroke-width="2" stroke-linecap="round"/>"##,
    ]
    return """
      <circle cx="14" cy="14" r="13" fill="hsl(\(hue) 75% 62%)"/>\
      <circle cx="11" cy="8" r="5" fill="hsl(\(hue) 85% 78%)" opacity=".6"/>\
      <g fill="#222">\(eyes[expression.eyes])\(mouths[expression.mouth])</g>
      """
  }

  private func badge(_ name: String) -> String {
    let (color, sign) =
      switch name.split(separator: "-").first {
      case "broadcaster": ("#e91916", ##"<path d="M3 5h8v8H3zM12 8l4-3v8l-4-3z" fill="#fff"/>"##)
      case "moderator": ("#00ad03", ##"<path d="m4 14 8-10 2 2-8 9zM4 11l3 3" fill="#fff" stroke="#fff"/>"##)
      case "vip": ("#e005b9", ##"<path d="m3 7 3-3h6l3 3-6 8z" fill="#fff"/>"##)
      case "bot":
        ("#5c5c66", ##"<path d="M4 6h10v8H4zM9 3v3" fill="#fff" stroke="#fff"/><path d="M6 9h2v2H6zM10 9h2v2h-2z"/>"##)
      case "bits": ("#6441a5", ##"<path d="m9 3 5 6-5 6-5-6z" fill="#cbb5ff"/>"##)
      case "premium": ("#00a8fc", ##"<path d="M3 13V6l3 2 3-4 3 4 3-2v7z" fill="#fff"/>"##)
      default: ("#8205b4", ##"<path d="m9 3 2 4 4 .5-3 3 1 4.500-4-2-4 2 1-4.500-3-3L7 7z" fill="#fff"/>"##)
      }
    return ##"<rect width="18" height="18" rx="3" fill="\##(color)"/>\##(sign)"##
  }

  private func gem(_ color: String) -> String {
    """
    <path d="m14 2 9 9-9 15-9-15z" fill="\(color)"/><path d="m14 2 4 9-4 15-4-15z" fill="#fff" opacity=".35"/>
    """
  }

  private func portrait(_ hash: UInt64) -> String {
    let hue = hash % 360
    let hair = hash / 360 % 360
    return """
      <rect width="64" height="64" fill="hsl(\(hue) 60% 45%)"/>\
      <circle cx="32" cy="66" r="24" fill="hsl(\((hue + 150) % 360) 55% 60%)"/>\
      <circle cx="32" cy="28" r="15" fill="hsl(\(hash / 97 % 22 + 18) 60% \(hash / 53 % 45 + 38)%)"/>\
      <path d="M17 27a15 15 0 0 1 30 0q-\(hash / 11 % 14 + 2)-9-30 0" fill="hsl(\(hair) 45% 25%)"/>\
      <circle cx="27" cy="29" r="2"/><circle cx="37" cy="29" r="2"/>\
      <path d="M27 36q5 4 10 0" fill="none" stroke="#000" stroke-width="1.5"/>
      """
  }
}
