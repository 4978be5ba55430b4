import TestSupport

@testable import Twitch

/// Carries out what `SessionState` decides, as `EventSubSession` does, on simulated sockets.
final class SessionModel {
  private enum Phase {
    case working
    case retired
    case over
  }

  private unowned let world: World
  private let tell: (EventSubSession.News, Line?) -> Void
  private var state: SessionState
  private var sockets: [SessionState.Link: Socket] = [:]
  private var mayDeliver: Set<SessionState.Link> = []
  private var phase = Phase.working
  private var wasOpen = false
  private var isUnsettled = false
  private var isStranded = false
  private var watched: ContinuousClock.Instant?

  init(_ world: World, tell: @escaping (EventSubSession.News, Line?) -> Void) {
    self.world = world
    self.tell = tell
    state = SessionState(url: "twitch", at: world.agenda.now)
    carryOut(state.firstStep)
  }

  /// The same order in each run.
  private var inOrder: [Socket] { sockets.sorted { $0.key.number < $1.key.number }.map(\.value) }

  func assigned(to id: SessionID) {
    if phase == .working { carryOut(state.assigned(to: id, at: world.agenda.now)) }
  }

  func retire() {
    guard phase == .working else { return }
    phase = .retired
    for socket in inOrder { socket.sayGoodbye() }
    if sockets.isEmpty { finish() }
  }

  /// The program is killed.
  func vanish() {
    phase = .over
    for socket in inOrder { socket.hangUp() }
    sockets = [:]
  }

  private func finish() {
    settle()
    phase = .over
    if wasOpen { tell(.retired, nil) }
  }

  private func settle() {
    if isUnsettled { tell(.settled, nil) }
    isUnsettled = false
  }

  private func connect(_ link: SessionState.Link, _ url: String) {
    let socket = Socket(world.agenda, seed: world.dice.next())
    sockets[link] = socket
    let isReachable = url != "dead" && !world.dice.happens(world.twitch.troubles / 2)
    world.agenda.after(world.dice.milliseconds(2...30)) {
      guard self.sockets[link] === socket else { return }
      guard self.phase == .working else { return self.ended(link, .closed(code: 1006)) }
      guard isReachable else { return self.ended(link, .unreachable("no")) }
      if link.isRequested { self.mayDeliver.insert(link) }
      socket.hear = { [weak self] in self?.hear($0, on: link) }
      self.world.twitch.accept(socket, url: url)
    }
  }

  private func hear(_ event: Socket.Event, on link: SessionState.Link) {
    switch event {
    case .end(let code):
      sockets[link]?.hear = nil
      ended(link, .closed(code: code))
    case .message(let message, let line):
      mayDeliver.insert(link)
      line?.hasArrived = true
      line?.copies -= 1
      line?.toBeToldBy = nil
      let step = state.receive(message, on: link, at: world.agenda.now)
      if phase == .working { carryOut(step, line) } else if phase == .retired { handOn(step, line) }
    }
  }

  private func ended(_ link: SessionState.Link, _ error: EventSubError) {
    sockets[link] = nil
    guard phase != .over else { return }
    if mayDeliver.remove(link) != nil, error.mayHaveCost { tell(.interrupted, nil) }
    if phase == .working {
      carryOut(state.lose(link, error, at: world.agenda.now))
    } else if sockets.isEmpty {
      finish()
    }
  }

  private func handOn(_ step: SessionState.Step, _ line: Line?) {
    switch step {
    case .deliver(let notification): tell(.notification(notification), line)
    case .hold(let notification), .holdAndClose(let notification, _): tell(.early(notification), line)
    default: break
    }
  }

  private func carryOut(_ step: SessionState.Step, _ line: Line? = nil) {
    switch step {
    case .wait, .ignore: break
    case .deliver(let notification): tell(.notification(notification), line)
    case .hold(let notification): tell(.early(notification), line)
    case .holdAndClose(let notification, let link):
      tell(.early(notification), line)
      sockets[link]?.sayGoodbye()
    case .revoke(let revocation): tell(.revocation(revocation), nil)
    case .bind(let id):
      let isFirst = !wasOpen
      wasOpen = true
      tell(.welcomed(id, isFirst: isFirst), nil)
    case .connect(let link, let url): connect(link, url)
    case .close(let link): sockets[link]?.sayGoodbye()
    case .drop(let link): drop(link)
    case .giveUp(let error):
      settle()
      phase = .over
      for socket in inOrder { socket.hangUp() }
      sockets = [:]
      tell(.ended(error, wasOpen: wasOpen), nil)
    }
    if isUnsettled, !state.isUnsettled { settle() }
    isUnsettled = state.isUnsettled
    if state.isStranded, !isStranded { tell(.stranded, nil) }
    isStranded = state.isStranded
    watch()
  }

  private func drop(_ link: SessionState.Link) {
    guard let socket = sockets[link] else { return }
    socket.hangUp()
    world.agenda.after(.zero) { if self.sockets[link] === socket { self.ended(link, .closed(code: 1006)) } }
  }

  /// Looks at the clock at the state's deadline, which mostly becomes later meanwhile.
  private func watch() {
    guard phase == .working, let deadline = state.deadline, watched.map({ deadline < $0 }) ?? true else { return }
    watched = deadline
    world.agenda.at(deadline) {
      guard self.phase == .working, self.watched == deadline else { return }
      self.watched = nil
      self.carryOut(self.state.tick(at: self.world.agenda.now))
    }
  }
}
