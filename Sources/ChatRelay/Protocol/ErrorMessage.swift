/// Tells the one who asked that a request is not carried out.
struct ErrorMessage: ServerMessage {
  var error: RequestError
  var request: RequestReference

  func write(to json: inout JSONWriter) {
    json.member("type", "error")
    json.member("code", error.code.rawValue)
    json.member("message", error.message)
    if let queue = error.queue { json.member("queue", queue) }
    json.member("request") { json in
      json.member("type", ifPresent: request.type)
      json.member("id", ifPresent: request.id)
    }
  }
}
