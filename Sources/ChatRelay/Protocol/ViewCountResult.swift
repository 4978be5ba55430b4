import Storage

/// How many people watch a stream account right now.
struct ViewCountResult: ServerMessage, Equatable {
  var stream: StreamID
  var account: AccountID
  var count: Int

  func write(to json: inout JSONWriter) {
    json.member("type", "viewcountresult")
    json.member("viewer_count", count)
    json.member("stream_id", stream.rawValue)
    json.member("account_id", account.rawValue)
  }
}
