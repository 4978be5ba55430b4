import Storage

/// The keys of a request, each read as what it has to be or refused in a sentence that names it.
struct RequestKeys {
  /// An `id` is kept until its answer is sent, so it has a limit.
  static let longestID = 64

  var members: [String: Member]

  /// The client's name for the request, when it gave one.
  func id() throws(RequestError) -> String? {
    guard let id = try optionalText("id") else { return nil }
    guard id.unicodeScalars.count <= Self.longestID else {
      throw RequestError(.invalidKey, "\"id\" has at most \(Self.longestID) characters.")
    }
    return id
  }

  func text(_ key: String) throws(RequestError) -> String {
    guard let text = try optionalText(key) else { throw missing(key) }
    return text
  }

  func optionalText(_ key: String) throws(RequestError) -> String? {
    switch members[key] ?? .null {
    case .text(let text): return text
    case .null: return nil
    case .integer, .other: throw RequestError(.invalidKey, "\"\(key)\" is a string.")
    }
  }

  /// The two accounts that `writer`, `text` and `emote` name.
  func route() throws(RequestError) -> Route {
    Route(sender: try accountID("account_id"), target: try accountID("cur_stream_account_id"))
  }

  /// The original page sends one of them as an integer and the other as the value of a `<select>`, which is a string.
  private func accountID(_ key: String) throws(RequestError) -> AccountID {
    switch members[key] ?? .null {
    case .integer(let id) where id >= 0:
      return AccountID(rawValue: id)
    case .text(let digits):
      guard let id = Int64(digits), id >= 0, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { break }
      return AccountID(rawValue: id)
    case .null:
      throw missing(key)
    case .integer, .other:
      break
    }
    throw RequestError(.invalidKey, "\"\(key)\" is an account's id: an integer, or a string of digits.")
  }

  private func missing(_ key: String) -> RequestError {
    RequestError(.missingKey, "\"\(key)\" is missing.")
  }
}
