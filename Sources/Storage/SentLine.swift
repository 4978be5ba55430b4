/// A line of chat that one of our accounts sent to a channel: the network counts it for its limits, also when this program has
/// been restarted since.
public struct SentLine: Hashable, Sendable {
  /// What tells it from every other line.
  public struct Name: Hashable, Sendable {
    /// The network's id of who sent it.
    public var sender: String
    /// The run of the gateway in which it was sent.
    public var run: Int64
    /// Which of that run's lines it is.
    public var number: Int

    /// Takes everything as it is.
    public init(sender: String, run: Int64, number: Int) {
      self.sender = sender
      self.run = run
      self.number = number
    }
  }

  /// What tells it from every other line.
  public var name: Name
  /// The network's id of the channel.
  public var channel: String
  /// When the network had it at the latest, as far as is known, in milliseconds since 1970.
  public var time: Int64
  /// The network's id of the message; empty while it is not known, or when there is none.
  public var messageID: String
  /// Whether it got as far as to what counts.
  public var counts: Bool

  /// Takes everything as it is.
  public init(name: Name, channel: String, time: Int64, messageID: String = "", counts: Bool = true) {
    self.name = name
    self.channel = channel
    self.time = time
    self.messageID = messageID
    self.counts = counts
  }
}
