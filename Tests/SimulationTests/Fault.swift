/// Something that goes wrong, or is done, while people talk.
enum Fault: CaseIterable {
  case socketClosed
  case socketReset
  case allSocketsReset
  case halfOpenSocket
  case plannedReconnect
  case allReconnectsAtOnce
  case deadReconnectURL
  case disabledShard
  case secretlyDisabledShard
  case deletedConduit
  case foreignResize
  case resize
  case stall
  case kill

  /// Whether everything works on while it happens.
  var isPlanned: Bool {
    switch self {
    case .plannedReconnect, .allReconnectsAtOnce, .deadReconnectURL, .stall, .resize: true
    default: false
    }
  }

  /// By when all has to be as wanted again, when nothing else goes wrong.
  var bound: Duration {
    switch self {
    case .socketClosed, .socketReset, .allSocketsReset, .disabledShard: .seconds(2)
    case .halfOpenSocket: .seconds(14)
    case .plannedReconnect, .allReconnectsAtOnce, .stall, .resize: .seconds(2)
    case .deadReconnectURL: .seconds(5)
    case .secretlyDisabledShard, .foreignResize, .deletedConduit: .seconds(10)
    case .kill: .seconds(8)
    }
  }
}

extension World {
  func apply(_ fault: Fault) {
    let session = dice.pick(twitch.used)
    note("\(fault) \(session.map { "\($0.id)" } ?? "")")
    switch fault {
    case .socketClosed: if let session { twitch.close(session) }
    case .socketReset: if let session { twitch.reset(session) }
    case .allSocketsReset: for session in twitch.used { twitch.reset(session) }
    case .halfOpenSocket: if let session { twitch.kill(session) }
    case .plannedReconnect: if let session { twitch.requestReconnect(session, isDead: false) }
    case .allReconnectsAtOnce: for session in twitch.used { twitch.requestReconnect(session, isDead: false) }
    case .deadReconnectURL: if let session { twitch.requestReconnect(session, isDead: true) }
    case .disabledShard: if let event = twitch.disableShard(isTold: true) { gateway?.disabled(event) }
    case .secretlyDisabledShard: _ = twitch.disableShard(isTold: false)
    case .deletedConduit: if let id = disk.conduit { twitch.deleteConduit(id) }
    case .foreignResize:
      guard let id = disk.conduit else { return }
      twitch.isSecretive = true
      _ = twitch.resize(id, dice.number(1...6))
    case .resize: resize()
    case .stall: session?.socket.stall(dice.milliseconds(0...200))
    case .kill: kill()
    }
  }
}
