import Storage
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
  /// Who asked, and what they were signed in with: it is looked at again when the line leaves.
  let user: UserID
  let stream: StreamID
  let token: AccessToken
  /// Where they asked. It may be gone by the time there is an answer.
  private(set) weak var connection: Connection?

  init(draft: Draft, route: Route, request: RequestReference, connection: Connection) {
    self.draft = draft
    self.route = route
    self.request = request
    self.connection = connection
    user = connection.user
    stream = connection.stream
    token = connection.token
  }

  /// Answers the one who asked, and nobody else.
  ///
  /// - Parameter queue: How many lines wait behind this one, when it went through a queue.
  func report(_ outcome: Outcome, queue: Int? = nil) {
    switch outcome {
    case .sent(let id):
      answer(.sent(id: id.rawValue), queue)
    case .dropped(let code, let message):
      answer(.dropped(code: code, message: message), queue)
      connection?.refuse(RequestError(.refused, message.isEmpty ? "Twitch declined the message." : message), request)
    case .failed(let error):
      answer(.dropped(code: error.code.rawValue, message: error.message), queue)
      connection?.refuse(error, request)
    }
  }

  /// Tells the one who asked, when they can know which line is meant, that it has to wait.
  func tellPosition(_ queue: Int) {
    guard let id = request.id else { return }
    connection?.send(QueuedMessage(id: id, route: route, queue: queue))
  }

  /// Says it in the form that a request with an `id` is promised.
  private func answer(_ outcome: SendResult.Outcome, _ queue: Int?) {
    guard let id = request.id else { return }
    // The type is the request's, also where a text turned out to be an action.
    let style = request.type.flatMap { LineStyle(rawValue: $0) } ?? draft.style
    connection?.send(SendResult(style: style, id: id, route: route, outcome: outcome, queue: queue))
  }
}
