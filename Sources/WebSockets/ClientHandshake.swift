import CLibWebSockets
import FoundationEssentials
import HTTPTypes

/// The opening handshake of a WebSocket, as its client sees it (RFC 6455 §4.1): a request, and whether the answer is to it.
///
/// Knows no socket.
struct ClientHandshake {
  /// What goes out first.
  let request: [UInt8]
  /// What the answer to it has to show.
  let accept: String
  private var parser = ResponseParser(method: .get, maximumBodySize: .max)

  /// Prepares a handshake, with a key of its own.
  init(_ address: Address) {
    let key = Data((0..<16).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
    request = Array(
      """
      GET \(address.target) HTTP/1.1\r
      Host: \(address.origin.authority)\r
      Pragma: no-cache\r
      Cache-Control: no-cache\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Key: \(key)\r
      Sec-WebSocket-Version: 13\r
      \r

      """.utf8)
    accept = Self.accept(key)
  }

  /// Takes the next bytes of the answer. Gives what came behind it, which are frames, once the handshake is over.
  mutating func receive(_ bytes: [UInt8]) throws(ConnectError) -> [UInt8]? {
    do throws(ResponseParser.Failure) {
      try parser.receive(bytes)
    } catch {
      throw .unreachable("the answer to the handshake is no HTTP")
    }
    guard let answer = parser.head else { return nil }
    guard answer.status.code == 101 else { throw .refused(status: answer.status.code) }
    let tokens = answer.headers[.connection]?.lowercased().split { $0 == "," || $0 == " " } ?? []
    // An extension or a subprotocol was not asked for.
    guard answer.headers[.upgrade]?.lowercased() == "websocket", tokens.contains("upgrade"),
      answer.headers[.secWebSocketAccept] == accept, answer.headers[.secWebSocketExtensions] == nil,
      answer.headers[.secWebSocketProtocol] == nil
    else { throw .unreachable("the answer is to another handshake") }
    return Array(answer.body)
  }

  /// What shows that the server has understood that key.
  static func accept(_ key: String) -> String {
    let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    var hash = [UInt8](repeating: 0, count: 20)
    unsafe lws_SHA1(text, text.count, &hash)
    return Data(hash).base64EncodedString()
  }
}
