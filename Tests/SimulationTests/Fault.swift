import TestSupport

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

  /// Whether sessions move at Twitch's request.
  var isMove: Bool {
    switch self {
    case .plannedReconnect, .allReconnectsAtOnce, .deadReconnectURL: true
    default: false
    }
  }

  /// By when a socket has to be known to be dead.
  static let noticed: Duration = .seconds(12)

  /// By when all has to be as wanted again, when nothing else goes wrong: docs/reliability.md has what of that was promised.
  var bound: Duration {
    switch self {
    case .socketClosed, .socketReset, .allSocketsReset, .disabledShard: .seconds(2)
    case .halfOpenSocket: Self.noticed + .seconds(2)
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
      let count = dice.number(1...6)
      // Who undoes before the next look what nobody saw cannot be known of.
      if let id = disk.conduit, isConduitAsWanted || count != shardCount { twitch.resizeSecretly(id, count) }
    case .resize: resize()
    case .stall: session?.socket.stall(dice.milliseconds(0...200))
    case .kill: kill()
    }
  }

  private var isConduitAsWanted: Bool {
    disk.conduit.map { twitch.conduits[$0]?.shardCount == shardCount } ?? true
  }
}
