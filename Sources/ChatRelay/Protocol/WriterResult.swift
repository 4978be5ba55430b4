import Storage

/// A writer is ready.
struct WriterResult: ServerMessage {
  var route: Route

  func write(to json: inout JSONWriter) {
    json.member("type", "writerresult")
    json.member("account_id", route.sender.rawValue)
    json.member("cur_stream_account_id", route.target.rawValue)
  }
}
