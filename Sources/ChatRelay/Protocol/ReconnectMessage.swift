/// Tells a client that the gateway is about to close the connection, and when to come back.
///
/// The time is another one for each, so that they do not all come at once: not before the next gateway had a moment to
/// start, and then no more than about a thousand a second.
struct ReconnectMessage: ServerMessage {
  let delay: Duration

  /// - Parameter count: How many clients are told at the same time.
  init(toOneOf count: Int) {
    let spread = min(max(count, 2_000), 30_000)
    delay = .milliseconds(Int.random(in: 1_000...1_000 + spread))
  }

  /// The same for people, and for clients that know the close code alone.
  var reason: String { "the gateway restarts: come back in \(delay.components.seconds + 1) s" }

  func write(to json: inout JSONWriter) {
    json.member("type", "reconnect")
    json.member("after_ms", Int(delay / .milliseconds(1)))
  }
}
