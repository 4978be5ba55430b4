import CLibWebSockets

/// What the callbacks of a connection are methods of.
protocol ConnectionHandler: AnyObject {
  /// One callback. What it returns goes to libwebsockets: 0 goes on, -1 closes the connection.
  func handle(_ reason: lws_callback_reasons, _ bytes: UnsafeRawBufferPointer) -> Int32
}

/// Owns the handle of one libwebsockets connection.
///
/// Attached, it is kept alive by the connection and keeps its handler alive; detached, it has no pointer any more and
/// every call is a no-op. All of it happens on the loop's thread.
@safe final class Connection {
  let loop: EventLoop
  private(set) var wsi: OpaquePointer?
  private var handler: (any ConnectionHandler)?

  init(on loop: EventLoop) {
    self.loop = loop
  }

  /// Ties this object to a connection, which keeps it alive until `detach`.
  func attach(to wsi: OpaquePointer, handler: any ConnectionHandler) {
    unsafe self.wsi = unsafe wsi
    self.handler = handler
    unsafe lws_set_opaque_user_data(wsi, Unmanaged.passRetained(self).toOpaque())
  }

  /// Lets go of the connection. Safe to call twice.
  func detach() {
    guard let wsi = unsafe wsi else { return }
    unsafe self.wsi = nil
    handler = nil
    unsafe lws_set_opaque_user_data(wsi, nil)
    unsafe Unmanaged.passUnretained(self).release()
  }

  func handle(_ reason: lws_callback_reasons, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    unsafe handler?.handle(reason, bytes) ?? 0
  }

  /// Asks for a writable callback: "one lws_write() per writable callback".
  func requestWritable() {
    assert(loop.isIsolatingCurrentContext() == true, "connections belong to the loop's thread")
    if let wsi = unsafe wsi { unsafe lws_callback_on_writable(wsi) }
  }

  /// Drops the connection at the next turn of the loop, without a goodbye.
  func kill() {
    if let wsi = unsafe wsi {
      unsafe lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC)
    }
  }

  /// The IP address of a connection's peer.
  static func peerAddress(of wsi: OpaquePointer) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    guard unsafe lws_get_peer_simple(wsi, &buffer, buffer.count) != nil else { return "" }
    let text = String(characters: buffer.prefix { $0 != 0 })
    // An IPv4 peer of a socket that takes both.
    return text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text
  }
}
