import WebSockets

extension Simulator {
  /// An EventSub session with the socket that carries it; while it moves, with two.
  public final class Session {
    let id: Identifier<Session>
    /// Counts up, so that lists are oldest first.
    let number: Int
    /// When its present socket was opened.
    var connectedAt: Moment
    /// Seconds without a frame after which a keepalive is sent.
    let keepalive: Int
    /// The application whose shard or token took it.
    var client: Identifier<Client>?
    var socket: WebSocket?
    /// The socket that was moved away from, until the client closes it.
    var retiring: WebSocket?
    /// What the next socket must know to take over; nil when no reconnect was asked for.
    var challenge: String?
    var isWelcomed = false
    var isSilent = false
    /// Whether a shard or a subscription ever pointed to it; unused sockets are closed.
    var isUsed = false
    var isAwaitingPong = false
    var frames = 0
    var lastFrame: Moment
    var pings: Timer?
    /// The deadline of the next keepalive.
    var nextKeepalive: Int?

    init(id: Identifier<Session>, number: Int, socket: WebSocket, keepalive: Int, now: Moment) {
      self.id = id
      self.number = number
      self.socket = socket
      self.keepalive = keepalive
      connectedAt = now
      lastFrame = now
    }

    var isConnected: Bool { socket != nil }

    /// Puts a frame on the socket; when silent, the frame is lost as on a half-open connection.
    func send(_ text: String, at now: Moment) {
      guard let socket, !isSilent else { return }
      frames += 1
      lastFrame = now
      socket.send(text)
    }
  }
}
