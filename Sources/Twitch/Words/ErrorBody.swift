import FoundationEssentials

/// The body of an answer that says no.
///
/// The login server sends two keys, Helix three, and both sometimes nothing or HTML. Nothing in it is required: the status
/// decides, the message is prose for people.
struct ErrorBody {
  /// What Twitch says went wrong; empty when it did not say.
  let message: String
  /// The identifier of what exists already, in a conflict.
  let existingID: String?

  /// Reads whatever there is; never fails.
  init(_ body: Data) {
    let keys = try? JSONDecoder().decode(Keys.self, from: body)
    message = String((keys?.message ?? keys?.error ?? "").prefix(300))
    existingID = keys?.id ?? keys?.data?.first?.id
  }

  private struct Keys: Decodable {
    struct Item: Decodable { let id: String? }
    enum CodingKeys: CodingKey { case message, error, id, data }

    let message: String?
    let error: String?
    let id: String?
    let data: [Item]?

    init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      message = try? keys.decode(String.self, forKey: .message)
      error = try? keys.decode(String.self, forKey: .error)
      id = try? keys.decode(String.self, forKey: .id)
      data = try? keys.decode([Item].self, forKey: .data)
    }
  }
}
