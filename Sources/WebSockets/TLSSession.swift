import CLibWebSockets

/// A client's side of one TLS connection, over bytes: what came in goes in, what must go out is taken out.
///
/// The peer's certificate is checked against the system's CAs and the host's name; TLS 1.2 at least. It exists because
/// libwebsockets 4.1.6 cannot do TLS on the raw connections that `HTTPClient` uses (docs/architecture.md); the library
/// is the same, OpenSSL.
@safe final class TLSSession {
  /// Why the connection cannot be trusted or used; the text is OpenSSL's.
  struct Failure: Error {
    var reason: String
  }

  /// What all clients of this process have in common: the CAs, and what is asked of a server. `nil` when OpenSSL cannot.
  // nonisolated(unsafe): made once, and OpenSSL counts references to it from any thread.
  nonisolated(unsafe) static let context = unsafe relay_tls_context()

  /// Makes `context`, unless it is there: beside the event loop, since reading the CAs takes as long as handling thousands of messages.
  @concurrent static func prepare() async {
    _ = unsafe context
  }

  private let ssl: OpaquePointer

  /// Whether the handshake is over, so that `seal` may be used.
  private(set) var isReady = false

  /// Prepares a session with a host; `nil` when OpenSSL cannot.
  init?(host: String) {
    guard let context = unsafe Self.context,
      let ssl = unsafe relay_tls_client(context, host, Resolver.isAddress(host) ? 1 : 0)
    else { return nil }
    unsafe self.ssl = unsafe ssl
  }

  deinit {
    unsafe SSL_free(ssl)
  }

  /// Begins or continues the handshake.
  func shakeHands() throws(Failure) {
    guard !isReady else { return }
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(ssl)
    if result == 1 { isReady = true }
    guard unsafe result == 1 || relay_tls_wants_more(ssl, result) != 0 else { throw failure() }
  }

  /// Takes bytes from the peer and gives what they say, which is nothing during the handshake.
  func open(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    let taken = unsafe BIO_write(SSL_get_rbio(ssl), bytes, Int32(bytes.count))
    guard taken == bytes.count else { throw failure() }
    try shakeHands()
    guard isReady else { return [] }
    var opened: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      ERR_clear_error()
      let count = unsafe SSL_read(ssl, &buffer, Int32(buffer.count))
      if count > 0 { opened += buffer.prefix(Int(count)) }
      if count > 0 { continue }
      // Nothing more for now, or the peer's goodbye, which the end of the connection follows.
      guard unsafe relay_tls_wants_more(ssl, count) != 0 || SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN else {
        throw failure()
      }
      return opened
    }
  }

  /// Whether the peer has said goodbye: nothing more will come, though it may wait for our end of the connection first.
  var isOver: Bool { unsafe SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 }

  /// Encrypts bytes for the peer. Only when `isReady`.
  func seal(_ bytes: [UInt8]) throws(Failure) {
    guard !bytes.isEmpty else { return }
    ERR_clear_error()
    guard unsafe SSL_write(ssl, bytes, Int32(bytes.count)) == bytes.count else { throw failure() }
  }

  /// What has to go to the peer now.
  func takeOutput() -> [UInt8] {
    let pending = unsafe relay_tls_has_output(ssl)
    guard pending > 0 else { return [] }
    var output = [UInt8](repeating: 0, count: Int(pending))
    let count = unsafe BIO_read(SSL_get_wbio(ssl), &output, pending)
    return Array(output.prefix(Int(max(count, 0))))
  }

  private func failure() -> Failure {
    let verification = unsafe SSL_get_verify_result(ssl)
    if verification != X509_V_OK {
      return Failure(reason: "certificate: \(unsafe String(cString: X509_verify_cert_error_string(verification)))")
    }
    let code = ERR_get_error()
    guard code != 0, let text = unsafe ERR_reason_error_string(code) else {
      return Failure(reason: "the peer broke off")
    }
    return Failure(reason: unsafe String(cString: text))
  }
}
