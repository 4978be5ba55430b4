import Logging
import WebSockets

/// One EventSub session and its sockets: carries out what `SessionState` decides.
///
/// Belongs to the actor of its loop. Runs from `start` until it has told `.ended`, or until `stop`, after which it tells
/// nothing any more.
final class EventSubSession {
  /// What a session has to tell.
  enum News {
    /// The session is open under that id, which its shard has to be assigned to.
    case welcomed(SessionID)
    /// Twitch delivered something.
    case notification(Notification)
    /// Twitch took a subscription away.
    case revocation(Revocation)
    /// The session is over.
    case ended(EventSubError)
  }

  private let loop: EventLoop
  private let logger: Logger
  private let tell: (News) -> Void
  private let alarm: Alarm
  private var state: SessionState
  private var sockets: [SessionState.Link: WebSocket] = [:]
  /// Links that were closed before they were connected.
  private var abandoned: Set<SessionState.Link> = []
  /// What came on a new socket while the old one may still have something from before.
  private var held: [Notification] = []
  /// What `watch` waits for.
  private var watchedDeadline: ContinuousClock.Instant?
  /// The sockets' scripts; each ends when its socket has been closed.
  private var scripts: [SessionState.Link: Task<Void, Never>] = [:]
  private var isOver = false
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
  func assigned(to id: SessionID) {
    state.assigned(to: id, at: .now)
    followUp()
  }

  /// Closes everything, quietly. What is given back ends when the sockets have said goodbye.
  @discardableResult
  func stop() -> [Task<Void, Never>] {
    guard !isOver else { return [] }
    isOver = true
    alarm.ring()
    let goodbyes = sockets.keys.compactMap { scripts[$0] }
    for link in sockets.keys { close(link) }
    return goodbyes
  }

  /// Looks at the clock whenever the state's deadline comes. What arrives mostly makes it later, and nothing is rescheduled.
  private func watch(on owner: isolated any Actor) async {
    while !isOver, let deadline = state.deadline {
      watchedDeadline = deadline
      await alarm.wait(until: deadline)
      guard !isOver else { return }
      carryOut(state.tick(at: .now), on: owner)
    }
  }

  /// One socket's life, from connecting to its end.
  private func run(_ link: SessionState.Link, url: String, on owner: isolated any Actor) async {
    let end = await read(link, url: url, on: owner)
    sockets[link] = nil
    scripts[link] = nil
    guard !isOver else { return }
    carryOut(state.lose(link, end, at: .now), on: owner)
  }

  private func read(_ link: SessionState.Link, url: String, on owner: isolated any Actor) async -> EventSubError {
    let socket: WebSocket
    do throws(ConnectError) {
      socket = try await WebSocket.connect(to: url, on: loop)
    } catch {
      return .unreachable(error.description)
    }
    guard !isOver, abandoned.remove(link) == nil else {
      socket.abort()
      return .closed(code: 1006)
    }
    sockets[link] = socket
    while let message = await socket.receive() {
      if !isOver { carryOut(step(for: message, on: link), on: owner) }
    }
    return .closed(code: socket.closure?.code ?? 1006)
  }

  private func step(for message: Message, on link: SessionState.Link) -> SessionState.Step {
    do throws(EventSubError) {
      guard case .text(let bytes) = message else { throw .unreadable("a binary frame") }
      return state.receive(try EventSubMessage(bytes), on: link, at: .now)
    } catch {
      return state.receive(error, on: link, at: .now)
    }
  }

  private func carryOut(_ step: SessionState.Step, on owner: isolated any Actor) {
    switch step {
    case .wait: break
    case .hold(let notification): held.append(notification)
    case .deliver(let notification): tell(.notification(notification))
    case .revoke(let revocation): tell(.revocation(revocation))
    case .bind(let id): tell(.welcomed(id))
    case .connect(let link, let url): scripts[link] = Task { await self.run(link, url: url, on: owner) }
    case .close(let link): close(link)
    case .ignore(let reason): note(reason)
    case .giveUp(let error):
      stop()
      tell(.ended(error))
    }
    followUp()
  }

  /// What a change of the state brings with it, whatever the step was.
  private func followUp() {
    if !held.isEmpty, !state.isSettling {
      let late = held
      held = []
      for notification in late { tell(.notification(notification)) }
    }
    if let watchedDeadline, let deadline = state.deadline, deadline < watchedDeadline { alarm.ring() }
  }

  /// A session that sends much nonsense says so once.
  private func note(_ reason: String) {
    logger.log(level: hasSkipped ? .debug : .warning, "EventSub frame skipped", metadata: ["reason": "\(reason)"])
    hasSkipped = true
  }

  private func close(_ link: SessionState.Link) {
    guard let socket = sockets.removeValue(forKey: link) else {
      abandoned.insert(link)
      return
    }
    socket.close()
  }
}
