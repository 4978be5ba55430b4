import CLibWebSockets

/// The call that puts bytes on the wire.
///
/// Whatever the socket does not take at once, libwebsockets keeps and writes before the next writable callback; so one
/// call per callback, or more while `lws_send_pipe_choked` says no, and the count it returns is all or an error.
enum Writing {
  /// Writes from memory that is shared with others: `LWS_WRITE_HTTP` (in C
  /// also called `LWS_WRITE_RAW`) leaves the bytes and what is before them alone.
  static func write(_ bytes: UnsafeMutableBufferPointer<UInt8>, to wsi: OpaquePointer) -> Int32 {
    unsafe lws_write(wsi, bytes.baseAddress, bytes.count, LWS_WRITE_HTTP) < 0 ? -1 : 0
  }

  /// Writes a copy with the `LWS_PRE` free bytes before it that libwebsockets asks for.
  static func write(_ bytes: [UInt8], to wsi: OpaquePointer, as kind: lws_write_protocol) -> Int32 {
    let padding = Int(relay_pre)
    var buffer = [UInt8](repeating: 0, count: padding)
    buffer += bytes
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe lws_write(wsi, start + padding, bytes.count, kind) < 0 ? -1 : 0
    }
  }
}
