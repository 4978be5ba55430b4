import TestSupport
import Twitch

@testable import Twitch

/// One connection between Twitch and the gateway: what is sent on it arrives in order, later, or never.
final class Socket {
  /// What the gateway's end hears.
  enum Event {
    case message(EventSubMessage, Line?)
    /// It is over; 1006 when nobody said goodbye.
    case end(code: UInt16)
  }

  private let agenda: Agenda
  private var dice: SeededGenerator
  /// The gateway's end; `nil` once it has hung up.
  var hear: ((Event) -> Void)?
  /// Twitch's end hears that the gateway said goodbye, or vanished.
  var onGoodbye: (_ isClean: Bool) -> Void = { _ in }
  /// Whether Twitch's end is open.
  private(set) var isOpen = true
  /// Nothing gets through any more, and nobody notices.
  private(set) var isDead = false
  private var lastArrival: ContinuousClock.Instant
  /// When the latest of what was sent arrives.
  private var lastHeard: ContinuousClock.Instant
  /// Grows when what is on its way is lost.
  private var generation = 0
  private var underWay: [Line] = []
  /// Called for a line that will not arrive.
  var onLoss: (Line) -> Void = { _ in }

  init(_ agenda: Agenda, seed: UInt64) {
    self.agenda = agenda
    dice = SeededGenerator(seed)
    (lastArrival, lastHeard) = (agenda.now, agenda.now)
  }

  // Twitch's end.

  /// Sends a frame; says whether the socket was open.
  @discardableResult
  func send(_ message: EventSubMessage, _ line: Line? = nil) -> Bool {
    guard isOpen else { return false }
    line?.copies += 1
    guard !isDead else {
      if let line { lose(line) }
      return true
    }
    if let line { underWay.append(line) }
    arrive(.message(message, line))
    return true
  }

  /// Says goodbye after all that was sent.
  func close(_ code: UInt16) {
    guard isOpen else { return }
    isOpen = false
    if !isDead { arrive(.end(code: code)) }
  }

  /// The connection breaks; what is on its way is lost.
  func reset() {
    guard isOpen else { return }
    isOpen = false
    dropUnderWay()
    if !isDead { arrive(.end(code: 1006)) }
  }

  /// Nothing gets through from now on.
  func die() {
    isDead = true
    dropUnderWay()
  }

  /// What is sent from now on takes that long; not so long that the socket falls silent for more than Twitch's ten seconds and what
  /// the gateway allows for the way.
  func stall(_ wait: Duration) {
    lastArrival = max(lastArrival, min(agenda.now + wait, lastHeard + .milliseconds(10_900)))
  }

  private func arrive(_ event: Event) {
    lastArrival = max(lastArrival + .microseconds(1), agenda.now + dice.milliseconds(1...15))
    lastHeard = lastArrival
    let sentIn = generation
    agenda.at(lastArrival) {
      guard sentIn == self.generation else { return }
      if case .message(_, let line?) = event { self.underWay.removeFirst { $0 === line } }
      if let hear = self.hear { return hear(event) }
      if case .message(_, let line?) = event { self.lose(line) }
    }
  }

  private func dropUnderWay() {
    generation += 1
    let lost = underWay
    underWay = []
    for line in lost { lose(line) }
  }

  private func lose(_ line: Line) {
    line.copies -= 1
    onLoss(line)
  }

  // The gateway's end.

  /// Says goodbye, and listens on until Twitch has done so too; nobody waits longer than five seconds.
  func sayGoodbye() {
    if !isDead {
      agenda.after(dice.milliseconds(1...15)) {
        guard self.isOpen, !self.isDead else { return }
        self.close(1000)
        self.onGoodbye(true)
      }
    }
    agenda.after(.seconds(5)) { self.hear?(.end(code: 1006)) }
  }

  /// Vanishes.
  func hangUp() {
    hear = nil
    if !isDead {
      agenda.after(dice.milliseconds(1...15)) {
        guard self.isOpen else { return }
        self.isOpen = false
        self.dropUnderWay()
        self.onGoodbye(false)
      }
    }
  }
}

extension Array {
  fileprivate mutating func removeFirst(where condition: (Element) -> Bool) {
    if let index = firstIndex(where: condition) { remove(at: index) }
  }
}
