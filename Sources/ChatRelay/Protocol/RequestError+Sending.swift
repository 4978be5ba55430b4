import Twitch

/// What went wrong on the way to the network, in words for the one who asked; details stay here.
extension RequestError {
  static let accountUnusable = RequestError(
    .accountUnusable, "This account cannot send until its owner links it again.")
  static let unavailable = RequestError(.unavailable, "The network could not be reached in time; nothing was sent.")
  static let stopping = RequestError(.unavailable, "The gateway restarts; the message was not sent.")
  static let waitedTooLong = RequestError(
    .unavailable, "Twitch takes no more messages of this account for now; this one was not sent.")
  static let outcomeUnknown = RequestError(
    .outcomeUnknown, "The network did not say what became of the message; it may have been posted.")

  /// What a failed send means for its author.
  init(_ error: HelixError) {
    self =
      switch error {
      case .unreachable: .unavailable
      case .rateLimited, .tooMany: .waitedTooLong
      case .noToken(let reason): reason.isTemporary ? .unavailable : .accountUnusable
      case .unauthorized: .accountUnusable
      case .unanswered, .server, .unreadable: .outcomeUnknown
      case .forbidden(let message), .notFound(let message), .badRequest(let message):
        RequestError(.refused, message.isEmpty ? "Twitch refused the message." : message)
      case .conflict: RequestError(.refused, "Twitch refused the message.")
      }
  }
}
