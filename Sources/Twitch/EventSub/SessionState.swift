/// What one EventSub session has been told so far, over one socket or, while it moves, over two.
///
/// Knows nothing of sockets and clocks: what happened and the time come in, the next step comes out. A session begins with
/// a fresh connection and ends with `giveUp`; whoever wants another one makes another value.
struct SessionState {
  /// One of the session's sockets, in the order in which they were asked for.
  struct Link: Hashable, Sendable {
    fileprivate(set) var number = 0
    /// Whether Twitch asked for it. Then it may deliver there as soon as that is open, whether or not the welcome arrives.
    fileprivate(set) var isRequested = false
  }

  /// What is to be done next.
  enum Step: Hashable {
    /// Nothing but waiting, until `deadline` at the latest.
    case wait
    /// Open this socket.
    case connect(Link, url: String)
    /// The session is open under an id that it did not have before: assign its shard.
    case bind(SessionID)
    /// Hand this on.
    case deliver(Notification)
    /// Hand this on once `isUnsettled` is over, in the order in which such steps came.
    case hold(Notification)
    /// Hold this, as above, and do with that socket as below.
    case holdAndClose(Notification, Link)
    /// Hand this on.
    case revoke(Revocation)
    /// A frame meant nothing to us: note it and go on.
    case ignore(reason: String)
    /// This socket has done its duty: say goodbye, and go on reading until it ends.
    case close(Link)
    /// Nothing is expected of this socket any more: end it without a word.
    case drop(Link)
    /// The session is over; every socket of it is to be closed.
    case giveUp(EventSubError)
  }

  /// How long a connection and its welcome may take together.
  static let welcomeTimeout: Duration = .seconds(10)
  /// How much later than promised a keepalive may come: two packets lost in a row cost less (a system repeats what was lost after
  /// 0.2 s, then after 0.4 s). Silence is to be noticed within 12 s, and up to half a second passes before the next connection.
  static let slack: Duration = .seconds(1)
  /// How long the old socket may take to answer our goodbye. Until then what the new one brings waits, since Twitch sent it
  /// after all that is still on its way on the old one.
  static let settlingTime: Duration = .seconds(2)
  /// After how long a move that failed is tried again, while the old socket still delivers.
  static let moveRetry: Duration = .seconds(1)

  private typealias Instant = ContinuousClock.Instant

  /// A socket that was welcomed.
  private struct Open {
    var link: Link
    var id: SessionID
    var keepalive: Duration
    var heard: Instant

    var silentAt: Instant { heard + keepalive + SessionState.slack }

    /// Something came on a link; says whether that is this one's.
    mutating func hear(_ link: Link, at now: Instant) -> Bool {
      guard link == self.link else { return false }
      heard = now
      return true
    }
  }

  private enum State {
    /// A first socket, not welcomed yet.
    case opening(Link, until: Instant)
    /// One socket, welcomed.
    case open(Open)
    /// A second socket is opened at Twitch's request while the first delivers on.
    case moving(Open, to: Link, until: Instant)
    /// The second socket is yet to be opened, at Twitch's URL or, when it could not be, as a fresh one; the first delivers on.
    case waitingToMove(Open, to: String?, until: Instant)
    /// The second socket was welcomed under another id; the first delivers on until the shard is assigned to that.
    case handingOver(Open, from: Open)
    /// Twitch delivers to the second socket, and the first may still have something on its way.
    case settling(Open, from: Link, until: Instant)
    /// The second socket is gone already, and the first may still have something on its way.
    case ending(EventSubError, from: Link, until: Instant)
    case over
  }

  /// Whether the socket that delivered is gone, and the shard not assigned to another one yet.
  private(set) var isStranded = false

  private let url: String
  private var state: State
  /// Where Twitch wants the second socket to move on to, once the first is done with.
  private var nextURL: String?
  private var lastLink = Link()
  /// When it last began to move.
  private var movedAt: Instant?

  /// Begins a session at that URL; the first step is to open its first link.
  init(url: String, at now: ContinuousClock.Instant) {
    self.url = url
    state = .opening(lastLink, until: now + Self.welcomeTimeout)
  }

  /// The step that begins it all.
  var firstStep: Step { .connect(Link(), url: url) }

  /// When `tick` has to be called at the latest.
  var deadline: ContinuousClock.Instant? {
    switch state {
    case .opening(_, let until): until
    case .open(let open), .handingOver(let open, _): open.silentAt
    case .moving(let open, _, let until), .waitingToMove(let open, _, let until): min(open.silentAt, until)
    case .settling(_, _, let until), .ending(_, _, let until): until
    case .over: nil
    }
  }

  /// Whether what comes on the second socket has to wait for what is still on its way on the first.
  var isUnsettled: Bool {
    switch state {
    case .moving, .settling, .ending: true
    default: false
    }
  }

  /// When Twitch was last heard; `nil` before the welcome.
  var heard: ContinuousClock.Instant? {
    switch state {
    case .open(let open), .handingOver(let open, _), .moving(let open, _, _), .waitingToMove(let open, _, _),
      .settling(let open, _, _):
      open.heard
    case .opening, .ending, .over: nil
    }
  }

  /// A frame came.
  mutating func receive(
    _ message: EventSubMessage, on link: Link, at now: ContinuousClock.Instant
  ) -> Step {
    hear(link, at: now)
    switch message {
    case .welcome(let id, let keepalive):
      return welcome(Open(link: link, id: id, keepalive: keepalive, heard: now))
    case .keepalive: return .wait
    case .notification(let notification): return deliver(notification, on: link, at: now)
    case .revocation(let revocation): return .revoke(revocation)
    case .reconnect(let url): return move(link, to: url, at: now)
    case .unknown(let type): return .ignore(reason: "unknown message type \(type)")
    }
  }

  /// A frame came that cannot be read. It shows that the link lives, and no more.
  mutating func receive(_ error: EventSubError, on link: Link, at now: ContinuousClock.Instant) -> Step {
    hear(link, at: now)
    return .ignore(reason: error.description)
  }

  /// A link could not be opened, or came to its end.
  mutating func lose(_ link: Link, _ error: EventSubError, at now: ContinuousClock.Instant) -> Step {
    switch state {
    case .opening(link, _):
      return giveUp(error)
    case .open(let open) where open.link == link:
      return giveUp(error)
    case .moving(let open, let next, let until) where open.link == link:
      // The new link may still be welcomed, under the same id at best.
      state = .opening(next, until: until)
      isStranded = true
      return .wait
    case .moving(let open, link, _):
      state = .waitingToMove(open, to: nil, until: now + Self.moveRetry)
      return .wait
    case .waitingToMove(let open, _, _) where open.link == link:
      return giveUp(error)
    case .handingOver(let open, let old) where old.link == link:
      goOn(open, at: now)
      isStranded = true
      return .wait
    case .settling(let open, link, _):
      goOn(open, at: now)
      return .wait
    case .handingOver(let open, let old) where open.link == link:
      // The first link is as good as it was: its shard goes back to it, and it moves again.
      nextURL = nil
      state = .waitingToMove(old, to: nil, until: now + Self.moveRetry)
      return .bind(old.id)
    case .settling(let open, let old, let until) where open.link == link:
      state = .ending(error, from: old, until: until)
      return .wait
    case .ending(let first, link, _):
      return giveUp(first)
    default:
      // A link that was left behind: 4004 there means nothing.
      return .wait
    }
  }

  /// The shard is assigned to the session of that id.
  mutating func assigned(to id: SessionID, at now: ContinuousClock.Instant) -> Step {
    isStranded = false
    guard case .handingOver(let open, let old) = state, open.id == id else { return .wait }
    return settle(open, from: old.link, at: now)
  }

  /// Time has passed.
  mutating func tick(at now: ContinuousClock.Instant) -> Step {
    guard let deadline, now >= deadline else { return .wait }
    switch state {
    case .opening: return giveUp(.notWelcomed)
    case .open, .handingOver: return giveUp(.silent)
    case .moving(let open, let next, let until): return hurry(open, next, until, at: now)
    case .waitingToMove(let open, let url, _):
      return open.silentAt <= now ? giveUp(.silent) : connect(to: url, from: open, at: now)
    case .settling(let open, let old, _):
      goOn(open, at: now)
      return .drop(old)
    case .ending(let error, _, _): return giveUp(error)
    case .over: return .wait
    }
  }

  // What becomes of the state.

  private mutating func hear(_ link: Link, at now: Instant) {
    // Each case looks at the link by itself: a condition of the case would copy the state once more.
    switch state {
    case .open(var open):
      guard open.hear(link, at: now) else { return }
      state = .open(open)
    case .moving(var open, let next, let until):
      guard open.hear(link, at: now) else { return }
      state = .moving(open, to: next, until: until)
    case .waitingToMove(var open, let url, let until):
      guard open.hear(link, at: now) else { return }
      state = .waitingToMove(open, to: url, until: until)
    case .handingOver(var open, let old):
      guard open.hear(link, at: now) else { return }
      state = .handingOver(open, from: old)
    case .settling(var open, let old, let until):
      guard open.hear(link, at: now) else { return }
      state = .settling(open, from: old, until: until)
    case .opening, .ending, .over: break
    }
  }

  /// What comes on the second socket shows that Twitch has switched to it, and was sent after all that the first still has.
  private mutating func deliver(_ notification: Notification, on link: Link, at now: Instant) -> Step {
    switch state {
    case .handingOver(let open, let old) where open.link == link:
      _ = settle(open, from: old.link, at: now)
      return .holdAndClose(notification, old.link)
    case .moving(_, link, _):
      return .hold(notification)
    case .settling(let open, _, _) where open.link == link:
      return .hold(notification)
    default:
      return .deliver(notification)
    }
  }

  private mutating func welcome(_ new: Open) -> Step {
    switch state {
    case .opening(new.link, _):
      state = .open(new)
      return .bind(new.id)
    case .moving(let old, new.link, _) where old.id == new.id:
      // The shard follows by itself.
      return settle(new, from: old.link, at: new.heard)
    case .moving(let old, new.link, _):
      state = .handingOver(new, from: old)
      return .bind(new.id)
    default:
      return .ignore(reason: "a welcome out of turn")
    }
  }

  /// Twitch has switched to the second socket. The first one's end is what tells that nothing more can come on it.
  private mutating func settle(_ open: Open, from old: Link, at now: Instant) -> Step {
    state = .settling(open, from: old, until: now + Self.settlingTime)
    return .close(old)
  }

  /// The first socket is done with: from now on there is the second one, until it has to move itself.
  private mutating func goOn(_ open: Open, at now: Instant) {
    state = nextURL.map { .waitingToMove(open, to: $0, until: moveTime(at: now)) } ?? .open(open)
    nextURL = nil
  }

  private mutating func move(_ link: Link, to url: String, at now: Instant) -> Step {
    switch state {
    case .open(let open) where open.link == link, .waitingToMove(let open, _, _) where open.link == link:
      let time = moveTime(at: now)
      guard time > now else { return connect(to: url, from: open, at: now) }
      state = .waitingToMove(open, to: url, until: time)
      return .wait
    case .handingOver(let open, _) where open.link == link, .settling(let open, _, _) where open.link == link:
      nextURL = url
      return .wait
    default:
      return .ignore(reason: "a request to reconnect out of turn")
    }
  }

  /// When it may move: Twitch gives it half a minute, and may ask again each time that it has moved.
  private func moveTime(at now: Instant) -> Instant { max(now, movedAt.map { $0 + Self.moveRetry } ?? now) }

  /// Twitch's URL is good for one connection; what failed there goes on as a fresh one, which has none.
  private mutating func connect(to requested: String?, from open: Open, at now: Instant) -> Step {
    lastLink = Link(number: lastLink.number + 1, isRequested: requested != nil)
    movedAt = now
    state = .moving(open, to: lastLink, until: now + Self.welcomeTimeout)
    return .connect(lastLink, url: requested ?? url)
  }

  /// While moving, either the old link fell silent or the new one was not welcomed in time.
  private mutating func hurry(_ open: Open, _ next: Link, _ until: Instant, at now: Instant) -> Step {
    guard until <= now else {
      state = .opening(next, until: until)
      isStranded = true
      return .drop(open.link)
    }
    state = .waitingToMove(open, to: nil, until: now)
    return .drop(next)
  }

  private mutating func giveUp(_ error: EventSubError) -> Step {
    state = .over
    return .giveUp(error)
  }
}
