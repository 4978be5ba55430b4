import Storage

/// A line has to wait, since Twitch takes only so many.
struct QueuedMessage: ServerMessage {
  /// The client's own name for the request.
  var id: String
  var route: Route
  /// How many lines leave before it.
  var queue: Int

  func write(to json: inout JSONWriter) {
    json.member("type", "queued")
    json.member("id", id)
    json.member("account_id", route.sender.rawValue)
    json.member("cur_stream_account_id", route.target.rawValue)
    json.member("queue", queue)
  }
}
