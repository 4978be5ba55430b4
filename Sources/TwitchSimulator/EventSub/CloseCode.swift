/// Twitch's close codes with what they say and what they do to a shard.
enum CloseCode {
  static func reason(_ code: UInt16) -> String {
    switch code {
    case 4000: "internal server error"
    case 4001: "client sent inbound traffic"
    case 4002: "client failed ping-pong"
    case 4003: "connection unused"
    case 4004: "reconnect grace time expired"
    case 4005: "network timeout"
    case 4006: "network error"
    case 4007: "invalid reconnect"
    default: ""
    }
  }

  static func shardStatus(_ code: UInt16) -> String {
    switch code {
    case 4000: "websocket_internal_error"
    case 4001: "websocket_received_inbound_traffic"
    case 4002: "websocket_failed_ping_pong"
    case 4004: "websocket_failed_to_reconnect"
    case 4005: "websocket_network_timeout"
    case 4006: "websocket_network_error"
    default: "websocket_disconnected"
    }
  }
}
