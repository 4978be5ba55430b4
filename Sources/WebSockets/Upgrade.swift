/// What a server answers to a WebSocket handshake.
public enum Upgrade {
  /// No: this HTTP answer instead.
  case refuse(Response)
  /// Yes; the closure gets the connection once it is up, on the loop's thread.
  case accept((WebSocket) -> Void)
}
