import Logging
import WebSockets

/// One EventSub session and its sockets: carries out what `SessionState` decides.
///
/// Belongs to the actor of its loop. Runs from `start` until it has told `.ended`, or until `stop`, after which it tells
/// nothing any more, or until `retire`, after which it tells only of what is still on its way.
final class EventSubSession {
  /// What a session has to tell.
  enum News {
    /// The session is open under that id, which its shard has to be assigned to; for the first time or once more.
    case welcomed(SessionID, isFirst: Bool)
    /// Twitch delivered something.
    case notification(Notification)
    /// Twitch delivered something that others may yet come before: to be handed on after `.settled`.
    case early(Notification)
    /// The old socket of a planned reconnect has ended, and with it all that comes before what was early.
    case settled
    /// A socket ended in a way that may have cost what was on its way there, or brought what nobody can read.
    case interrupted
    /// A planned reconnect has come to its end: Twitch delivers to the new socket.
    case moved
    /// A planned reconnect came to nothing, and goes on with a fresh socket while the old one delivers.
    case notMoved
    /// A frame came that means nothing to us.
    case skipped
    /// The socket that delivered has ended before the shard was assigned to the next one.
    case stranded
    /// Twitch took a subscription away.
    case revocation(Revocation)
    /// The session is over. It may never have been open.
    case ended(EventSubError, wasOpen: Bool)
    /// The session was retired, and all that was on its way has been told.
    case retired
  }

  private enum Phase {
    case working
    /// It reads its sockets to their ends.
    case retired
    case over
  }

  private let loop: EventLoop
  private let logger: Logger
  private let tell: (News) -> Void
  /// How late a look at the clock may come.
  private static let lateness: Duration = .milliseconds(200)

  private let alarm: Alarm
  private var state: SessionState
  private var sockets: [SessionState.Link: WebSocket] = [:]
  /// Links that were closed before they were connected.
  private var abandoned: Set<SessionState.Link> = []
  /// Whether it was ever welcomed.
  private var wasOpen = false
  /// Whether what comes on the new socket is to wait.
  private var isUnsettled = false
  /// Whether it was told that nothing delivers.
  private var isStranded = false
  /// What `watch` waits for.
  private var watchedDeadline: ContinuousClock.Instant?
  /// The sockets' scripts; each ends when its socket has been closed.
  private var scripts: [SessionState.Link: Task<Void, Never>] = [:]
  private var phase = Phase.working
  private var hasSkipped = false

  /// Makes a session that connects to that URL once it is started.
  init(url: String, loop: EventLoop, logger: Logger, tell: @escaping (News) -> Void) {
    self.loop = loop
    self.logger = logger
    self.tell = tell
    alarm = Alarm(on: loop)
    state = SessionState(url: url, at: .now)
  }

  /// When Twitch was last heard; `nil` before the welcome.
  var heard: ContinuousClock.Instant? { state.heard }

  /// Connects, and works from then on.
  func start(on owner: isolated any Actor) {
    carryOut(state.firstStep, on: owner)
    Task { await self.watch(on: owner) }
  }

  /// The shard is assigned to this session under that id, so that a socket it had before may go.
  func assigned(to id: SessionID, on owner: isolated any Actor) {
    guard phase == .working else { return }
    carryOut(state.assigned(to: id, at: .now), on: owner)
  }

  /// Closes everything, quietly. What is given back ends when the sockets have said goodbye.
  @discardableResult
  func stop() -> [Task<Void, Never>] {
    guard phase != .over else { return [] }
    end(.over)
    return sockets.keys.compactMap { scripts[$0] }
  }

  /// Closes everything, and tells of what had been on its way.
  func retire() {
    guard phase == .working else { return }
    end(.retired)
    if sockets.isEmpty { finish() }
  }

  private func finish() {
    settle()
    phase = .over
    if wasOpen { tell(.retired) }
  }

  private func end(_ phase: Phase) {
    self.phase = phase
    alarm.ring()
    for link in sockets.keys { close(link) }
  }

  /// Looks at the clock whenever the state's deadline comes. What arrives mostly makes it later, and nothing is rescheduled.
  private func watch(on owner: isolated any Actor) async {
    while phase == .working, let deadline = state.deadline {
      watchedDeadline = deadline
      await alarm.wait(until: deadline)
      // A loop that was busy with others may not have read what Twitch sent meanwhile.
      if .now - deadline > Self.lateness { try? await loop.sleep(for: Self.lateness) }
      guard phase == .working else { return }
      carryOut(state.tick(at: .now), on: owner)
    }
  }

  /// One socket's life, from connecting to its end.
  private func run(_ link: SessionState.Link, url: String, on owner: isolated any Actor) async {
    let (end, mayHaveDelivered) = await read(link, url: url, on: owner)
    sockets[link] = nil
    scripts[link] = nil
    guard phase != .over else { return }
    if mayHaveDelivered, end.mayHaveCost { tell(.interrupted) }
    if phase == .working { carryOut(state.lose(link, end, at: .now), on: owner) } else if sockets.isEmpty { finish() }
  }

  private func read(_ link: SessionState.Link, url: String, on owner: isolated any Actor) async -> (
    end: EventSubError, mayHaveDelivered: Bool
  ) {
    let socket: WebSocket
    do throws(ConnectError) {
      socket = try await WebSocket.connect(to: url, on: loop)
    } catch {
      return (.unreachable(error.description), false)
    }
    var mayDeliver = link.isRequested
    guard phase == .working, abandoned.remove(link) == nil else {
      socket.abort()
      return (.closed(code: 1006), mayDeliver)
    }
    sockets[link] = socket
    var keys = KeyOrder.unknown
    while let message = await socket.receive() {
      mayDeliver = true
      switch phase {
      case .working: carryOut(step(for: message, on: link, &keys), on: owner)
      case .retired: handOn(step(for: message, on: link, &keys))
      case .over: break
      }
    }
    let code = socket.hasHeardGoodbye ? socket.closure?.code : nil
    return (.closed(code: code ?? 1006), mayDeliver)
  }

  private func step(
    for message: Message, on link: SessionState.Link, _ keys: inout KeyOrder
  ) -> SessionState.Step {
    do throws(EventSubError) {
      guard case .text(let bytes) = message else { throw .unreadable("a binary frame") }
      return state.receive(try EventSubMessage(bytes, keys: &keys), on: link, at: .now)
    } catch {
      // It may have been a message, in whichever channel.
      if wasOpen { tell(.interrupted) }
      return state.receive(error, on: link, at: .now)
    }
  }

  private func carryOut(_ step: SessionState.Step, on owner: isolated any Actor) {
    switch step {
    case .wait: break
    case .hold(let notification): tell(.early(notification))
    case .holdAndClose(let notification, let link):
      tell(.early(notification))
      close(link)
      tell(.moved)
    case .deliver(let notification):
      // Nothing else has changed, and nothing comes as often.
      return tell(.notification(notification))
    case .revoke(let revocation): tell(.revocation(revocation))
    case .bind(let id):
      let isFirst = !wasOpen
      wasOpen = true
      tell(.welcomed(id, isFirst: isFirst))
    case .connect(let link, let url):
      if wasOpen, !link.isRequested { tell(.notMoved) }
      scripts[link] = Task { await self.run(link, url: url, on: owner) }
    case .close(let link):
      close(link)
      tell(.moved)
    case .drop(let link): drop(link)
    case .ignore(let reason): note(reason)
    case .giveUp(let error):
      settle()
      stop()
      tell(.ended(error, wasOpen: wasOpen))
    }
    followUp()
  }

  /// What a session that is retired does with what had been on its way.
  private func handOn(_ step: SessionState.Step) {
    switch step {
    case .deliver(let notification): tell(.notification(notification))
    case .hold(let notification), .holdAndClose(let notification, _): tell(.early(notification))
    case .revoke(let revocation): tell(.revocation(revocation))
    case .wait, .connect, .bind, .ignore, .close, .drop, .giveUp: break
    }
  }

  /// What a change of the state brings with it, whatever the step was.
  private func followUp() {
    if isUnsettled, !state.isUnsettled { settle() }
    isUnsettled = state.isUnsettled
    if state.isStranded, !isStranded { tell(.stranded) }
    isStranded = state.isStranded
    if let watchedDeadline, let deadline = state.deadline, deadline < watchedDeadline { alarm.ring() }
  }

  private func settle() {
    if isUnsettled { tell(.settled) }
    isUnsettled = false
  }

  /// A session that sends much nonsense says so once.
  private func note(_ reason: String) {
    logger.log(level: hasSkipped ? .debug : .warning, "EventSub frame skipped", metadata: ["reason": "\(reason)"])
    hasSkipped = true
    tell(.skipped)
  }

  private func close(_ link: SessionState.Link) {
    if let socket = sockets[link] { socket.close() } else { abandoned.insert(link) }
  }

  private func drop(_ link: SessionState.Link) {
    if let socket = sockets[link] { socket.abort() } else { abandoned.insert(link) }
  }
}
