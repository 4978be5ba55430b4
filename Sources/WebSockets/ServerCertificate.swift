import CLibWebSockets
import Glibc

/// What a server's TLS handshakes show: a certificate and its key, read from two files together.
///
/// OpenSSL would keep a certificate of the old kind of key beside one of a new kind in the same context, and go on showing
/// it to some. So each pair of files is loaded into a context of its own, and each handshake takes what the latest has.
@safe final class ServerCertificate {
  /// Where handshakes find the context to take from.
  private let current: UnsafeMutablePointer<OpaquePointer?>

  /// Reads the two files.
  ///
  /// - Throws: `ServerError.badCertificate`, which names the file that is wrong.
  init(_ files: Server.Certificate) throws(ServerError) {
    let loaded = unsafe try Self.load(files)
    unsafe current = .allocate(capacity: 1)
    unsafe current.initialize(to: loaded)
  }

  deinit {
    unsafe SSL_CTX_free(current.pointee)
    unsafe current.deallocate()
  }

  /// Reads files again; handshakes that begin from now on use them. What throws changes nothing.
  func replace(with files: Server.Certificate) throws(ServerError) {
    let loaded = unsafe try Self.load(files)
    unsafe SSL_CTX_free(current.pointee)
    unsafe current.pointee = unsafe loaded
  }

  /// Makes a server's context take its certificates from here, for as long as this object lives.
  func serve(_ context: OpaquePointer) {
    unsafe SSL_CTX_set_cert_cb(context, relay_tls_certify, current)
  }

  private static func load(_ files: Server.Certificate) throws(ServerError) -> OpaquePointer {
    ERR_clear_error()
    for path in [files.chainPath, files.keyPath] {
      guard unsafe access(path, R_OK) == 0 else { throw .badCertificate(file: path, reason: String(errno: errno)) }
    }
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw .badCertificate(file: files.chainPath, reason: reason())
    }
    // A key is compared with the certificate that is there already.
    if unsafe SSL_CTX_use_certificate_chain_file(context, files.chainPath) != 1 {
      unsafe SSL_CTX_free(context)
      throw .badCertificate(file: files.chainPath, reason: reason())
    }
    if unsafe SSL_CTX_use_PrivateKey_file(context, files.keyPath, SSL_FILETYPE_PEM) != 1 {
      unsafe SSL_CTX_free(context)
      throw .badCertificate(file: files.keyPath, reason: reason())
    }
    return unsafe context
  }

  /// What OpenSSL found wrong first.
  private static func reason() -> String {
    let code = ERR_get_error()
    guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return "not understood" }
    return unsafe String(cString: text)
  }
}
