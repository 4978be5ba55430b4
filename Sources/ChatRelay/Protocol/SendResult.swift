import Storage

/// What became of a `text` or `emote` that had an `id`.
struct SendResult: ServerMessage {
  enum Outcome {
    /// It is in the chat under this id.
    case sent(id: String)
    /// It is not, and this is why.
    case dropped(code: String, message: String)
  }

  var style: LineStyle
  /// The client's own name for the request.
  var id: String
  var route: Route
  var outcome: Outcome
  /// How many lines wait behind it, when it went through a queue.
  var queue: Int?

  func write(to json: inout JSONWriter) {
    json.member("type", style.rawValue + "result")
    json.member("id", id)
    json.member("account_id", route.sender.rawValue)
    json.member("cur_stream_account_id", route.target.rawValue)
    switch outcome {
    case .sent(let messageID):
      json.member("is_sent", true)
      json.member("message_id", messageID)
    case .dropped(let code, let message):
      json.member("is_sent", false)
      json.member("drop_reason") { json in
        json.member("code", code)
        json.member("message", message)
      }
    }
    if let queue { json.member("queue", queue) }
  }
}
