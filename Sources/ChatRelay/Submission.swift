import Twitch

/// A line that a writer was given, and who wants to know what becomes of it.
struct Submission {
  /// What became of a line.
  enum Outcome {
    /// It is in the chat.
    case sent(MessageID)
    /// The network declined it, in its own words.
    case dropped(code: String, message: String)
    /// It did not get that far.
    case failed(RequestError)
  }

  var draft: Draft
  var route: Route
  var request: RequestReference
  /// Who asked. They may be gone by the time there is an answer.
  weak var connection: Connection?

  /// Answers the one who asked, and nobody else.
  func report(_ outcome: Outcome) {
    switch outcome {
    case .sent(let id):
      answer(.sent(id: id.rawValue))
    case .dropped(let code, let message):
      answer(.dropped(code: code, message: message))
      connection?.refuse(RequestError(.refused, message.isEmpty ? "Twitch declined the message." : message), request)
    case .failed(let error):
      answer(.dropped(code: error.code.rawValue, message: error.message))
      connection?.refuse(error, request)
    }
  }

  /// Says it in the form that a request with an `id` is promised.
  private func answer(_ outcome: SendResult.Outcome) {
    guard let id = request.id else { return }
    // The type is the request's, also where a text turned out to be an action.
    let style = request.type.flatMap { LineStyle(rawValue: $0) } ?? draft.style
    connection?.send(SendResult(style: style, id: id, route: route, outcome: outcome))
  }
}
