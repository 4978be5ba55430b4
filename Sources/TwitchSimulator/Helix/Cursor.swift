import FoundationEssentials

/// A page's cursor: base64 of a little JSON, as Twitch's are, and just as opaque.
enum Cursor {
  static func text(_ place: Int) -> String {
    let json: JSON = ["b": nil, "a": ["Cursor": .string(String(place))]]
    return json.data.base64EncodedString().filter { $0 != "=" }
  }

  static func place(_ cursor: String) -> Int? {
    let padding = String(repeating: "=", count: (4 - cursor.utf8.count % 4) % 4)
    return Data(base64Encoded: cursor + padding).flatMap(JSON.init)?["a"]?["Cursor"]?.string.flatMap(Int.init)
  }
}
