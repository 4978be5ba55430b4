import Glibc

/// Options of the TCP socket below a connection.
enum SocketOptions {
  /// Small frames go out at once instead of waiting for more (TCP_NODELAY).
  static func sendAtOnce(_ socket: Int32) {
    var on: Int32 = 1
    _ = unsafe setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Closing will reset the connection instead of finishing it: the peer sees it break.
  static func resetOnClose(_ socket: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(
      socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// The socket counts as readable only with that many bytes, or at its end (SO_RCVLOWAT).
  static func awaken(_ socket: Int32, at count: Int) {
    var count = Int32(clamping: count)
    _ = unsafe setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &count, socklen_t(MemoryLayout<Int32>.size))
  }
}
