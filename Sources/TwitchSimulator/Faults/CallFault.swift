extension Simulator {
  /// What goes wrong with the next calls of some kind.
  public struct CallFault: Sendable, Codable {
    /// What happens to a call.
    public enum Outcome: String, Sendable, Codable {
      /// `status`, `message` or `body` and `headers` are the answer; the call is not carried out.
      case answer
      /// The connection is closed without an answer; the call is not carried out.
      case drop
      /// Nothing is answered until the client gives up; the call is not carried out.
      case hang
      /// The call is carried out, then the connection is closed without an answer.
      case lose
      /// The call is carried out and answered, after `delay`.
      case pass
    }

    /// The HTTP method it concerns; nil is any.
    public var method: String?
    /// The path it concerns, such as `/helix/eventsub/conduits/shards`; a trailing `*` matches any rest; nil is any.
    public var path: String?
    /// How many calls it hits; 1 when left out, 0 is all from now on.
    public var times: Int?
    /// What happens; `answer` when a status is given, else `pass`.
    public var outcome: Outcome?
    /// The status to answer.
    public var status: Int?
    /// The `message` of an error body in Twitch's shape.
    public var message: String?
    /// The whole body; with neither body nor message it is empty.
    public var body: String?
    /// Headers of the answer, over the usual ones.
    public var headers: [String: String]?
    /// Seconds before anything happens.
    public var delay: Double?

    /// Describes a fault of calls.
    public init(
      _ method: String? = nil, _ path: String? = nil, times: Int? = nil, outcome: Outcome? = nil, status: Int? = nil,
      message: String? = nil, body: String? = nil, headers: [String: String]? = nil, delay: Double? = nil
    ) {
      self.method = method
      self.path = path
      self.times = times
      self.outcome = outcome
      self.status = status
      self.message = message
      self.body = body
      self.headers = headers
      self.delay = delay
    }
  }
}
