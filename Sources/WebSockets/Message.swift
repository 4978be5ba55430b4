/// One whole message as it came over a WebSocket.
public enum Message: Sendable, Equatable {
  /// Text. From a browser it is UTF-8 (anything else closes the connection with 1007); what a server sends is not checked.
  case text([UInt8])
  /// Bytes, as they came.
  case binary([UInt8])

  /// The payload.
  public var bytes: [UInt8] {
    switch self {
    case .text(let bytes), .binary(let bytes): bytes
    }
  }

  /// Bytes of the payload.
  var count: Int { bytes.count }

  var isText: Bool {
    if case .text = self { true } else { false }
  }
}

/// How a WebSocket ended (RFC 6455 §7.4).
public struct Closure: Error, Hashable, Sendable {
  /// The code of the close frame; 1005 when the frame had none, 1006 when there was no close frame.
  public var code: UInt16
  /// What the peer gave as the reason; often empty.
  public var reason: String

  /// Describes an end with this code and reason.
  public init(code: UInt16, reason: String = "") {
    self.code = code
    self.reason = reason
  }
}
