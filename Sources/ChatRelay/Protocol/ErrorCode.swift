/// The words that `error` tells clients, and the whole list of them (docs/protocol.md says it to client authors).
enum ErrorCode: String, CaseIterable {
  /// The frame is not one JSON object.
  case malformed
  /// A key that the request needs is not there.
  case missingKey = "missing_key"
  /// A key holds something else than it should.
  case invalidKey = "invalid_key"
  /// There is no request of that type.
  case unknownType = "unknown_type"
  /// The user may not do this in this stream, or not with this account.
  case notPermitted = "not_permitted"
  /// The target is not one of the stream's accounts.
  case unknownAccount = "unknown_account"
  /// Nobody has the name that `/msg` was given.
  case unknownUser = "unknown_user"
  /// There is nothing to send.
  case textEmpty = "text_empty"
  /// The text is longer than the network takes.
  case textTooLong = "text_too_long"
  /// Nobody is live, and the stream is not set to chat while offline.
  case notLive = "not_live"
  /// The account's token cannot send; its owner must link it again.
  case accountUnusable = "account_unusable"
  /// The writer's queue is full.
  case queueFull = "queue_full"
  /// Requests come faster than the connection may send them.
  case rateLimited = "rate_limited"
  /// The network declined the message.
  case refused
  /// The network could not be reached in time, so nothing was sent.
  case unavailable
  /// It was sent, and nobody ever learned what became of it.
  case outcomeUnknown = "outcome_unknown"
}
