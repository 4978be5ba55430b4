import FoundationEssentials
import HTTPTypes
import WebSockets

/// One request to Helix, before it is known with which token.
struct HelixCall {
  var method: HTTPRequest.Method = .get
  /// Below the API's base, without a slash in front.
  var path: String
  /// Repeated names are lists.
  var query: [(name: String, value: String)] = []
  var body: Data?
  /// Whether the request draws on the bucket of chat messages.
  var isChatMessage = false

  static func get(_ path: String, _ query: [(name: String, value: String)] = []) -> HelixCall {
    HelixCall(path: path, query: query)
  }

  static func delete(_ path: String, _ query: [(name: String, value: String)]) -> HelixCall {
    HelixCall(method: .delete, path: path, query: query)
  }

  static func post(_ path: String, _ body: some Encodable) -> HelixCall {
    HelixCall(method: .post, path: path, body: json(body))
  }

  static func patch(_ path: String, _ body: some Encodable) -> HelixCall {
    HelixCall(method: .patch, path: path, body: json(body))
  }

  private static func json(_ body: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let body = try? encoder.encode(body) else { preconditionFailure("text and integers always encode") }
    return body
  }

  /// Whether it is about the conduit and its shards, on which all else depends.
  var isAboutConduit: Bool { path.hasPrefix("eventsub/conduits") }

  /// Whether it assigns shards, for which Twitch gives a socket ten seconds.
  var isAssignment: Bool { method == .patch && path == "eventsub/conduits/shards" }

  /// How long to wait for the answer. Ten seconds is what Helix takes when it is slow, and then no call would ever succeed; but a
  /// line of chat is settled by its echo, and the next one waits behind it.
  var timeout: Duration { isChatMessage ? .seconds(10) : .seconds(15) }

  func url(below base: String) -> String {
    query.isEmpty ? "\(base)/\(path)" : "\(base)/\(path)?\(formEncoded(query))"
  }

  func bucket(of token: Helix.Token) -> Helix.Bucket {
    switch (token, isChatMessage) {
    case (.app, false): .app
    case (.user(let keeper), false): .user(keeper.userID)
    case (.app, true): .chat(nil)
    case (.user(let keeper), true): .chat(keeper.userID)
    }
  }
}
