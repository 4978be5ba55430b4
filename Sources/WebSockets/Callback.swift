import CLibWebSockets
import Glibc

/// The one function that libwebsockets calls, and the protocol tables that name it.
///
/// It maps a reason to a method and does nothing else. libwebsockets calls it on the thread of the loop that the
/// connection belongs to, never on another, and never twice at a time.
enum Callback {
  // nonisolated(unsafe): filled once before anybody sees them, and only read from then on.
  /// For connections to elsewhere, which bring much.
  nonisolated(unsafe) static let clientProtocols = unsafe protocols(readingAtOnce: 32 << 10)
  /// For a server's connections: every WebSocket has memory for what is read at once, and browsers write little. A control frame's
  /// payload, which has 125 bytes at most, must be among it.
  nonisolated(unsafe) static let serverProtocols = unsafe protocols(readingAtOnce: 128)

  private static func protocols(readingAtOnce size: Int) -> UnsafePointer<lws_protocols> {
    let table = UnsafeMutablePointer<lws_protocols>.allocate(capacity: 2)
    var entry = unsafe lws_protocols()
    unsafe entry.name = UnsafePointer(strdup("chat-relay"))
    unsafe entry.callback = { wsi, reason, user, bytes, count in
      guard let wsi = unsafe wsi else { return 0 }
      if reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS {
        return unsafe Callback.server(of: wsi)?.prepareTLS(OpaquePointer(user)) ?? 0
      }
      return unsafe Callback.route(wsi, reason, UnsafeRawBufferPointer(start: bytes, count: count))
    }
    unsafe entry.rx_buffer_size = size
    // Else what is written at once would be as little, and libwebsockets would copy the rest.
    unsafe entry.tx_packet_size = 32 << 10
    unsafe table.initialize(to: entry)
    unsafe (table + 1).initialize(to: lws_protocols())
    return unsafe UnsafePointer(table)
  }

  private static func route(
    _ wsi: OpaquePointer, _ reason: lws_callback_reasons, _ bytes: UnsafeRawBufferPointer
  ) -> Int32 {
    if reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED {
      unsafe loop(of: wsi)?.runJobs()
      return 0
    }
    if let owner = unsafe lws_get_opaque_user_data(wsi) {
      // The connection keeps its own object alive from `attach` to `detach`.
      let connection = unsafe Unmanaged<Connection>.fromOpaque(owner).takeUnretainedValue()
      return unsafe connection.handle(reason, bytes)
    }
    return unsafe server(of: wsi)?.handle(reason, wsi, bytes) ?? 0
  }

  private static func server(of wsi: OpaquePointer) -> Server? {
    guard let host = unsafe lws_get_vhost(wsi), let owner = unsafe lws_vhost_user(host) else {
      return nil
    }
    return unsafe Unmanaged<Server>.fromOpaque(owner).takeUnretainedValue()
  }

  private static func loop(of wsi: OpaquePointer) -> EventLoop? {
    guard let owner = unsafe lws_context_user(lws_get_context(wsi)) else { return nil }
    return unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue()
  }
}
