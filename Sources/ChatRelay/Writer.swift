import DequeModule
import Twitch
import WebSockets

/// An account made ready to send to one channel.
///
/// Its lines leave in the order in which they came, one call at a time, as fast as Twitch's limits allow. Connections do not wait for
/// it: they queue a line and are told later, each exactly once. A full queue refuses. Whether a line may leave is asked when it does.
final class Writer {
  /// What a writer needs from those around it.
  struct Surroundings {
    var helix: Helix
    var loop: EventLoop
    /// How long a line may wait for its turn.
    var longestWait: Duration
    /// How long an echo is waited for when Twitch did not answer.
    var echoPatience: Duration
    /// Throws when whoever asked for a line may not have it sent any more.
    var permit: (Submission) throws(RequestError) -> Void
    /// Told that a line left, and again when more is known: what Twitch calls it, or that it does not count.
    var onSent: (SendBudget.Ticket, Writer, MessageID?, _ counts: Bool) -> Void
    /// Told what became of each line, and how long that took.
    var onOutcome: (Submission.Outcome, Duration) -> Void
    /// Told when Twitch says that the account's token does not do for sending.
    var onRefusedToken: (Sender) -> Void
  }

  /// How many lines may wait.
  static let longestQueue = 30
  /// How long a line that cannot leave is tried.
  static let patience: Duration = .seconds(20)
  /// Who has waited for so long is told.
  static let silentWait: Duration = .seconds(1)

  /// A line on its way through the writer.
  private struct Entry {
    let number: Echoes.LineNumber
    let submission: Submission
    let submittedAt: ContinuousClock.Instant
    var timer: Timer?

    /// The line as its echo is known again.
    var line: Echoes.Line {
      let draft = submission.draft
      return Echoes.Line(
        number: number, text: draft.text, isAction: draft.style == .emote, isReply: draft.replyTo != nil)
    }
  }

  let route: Route
  let sender: Sender
  /// Whose chat it writes to.
  let channel: TwitchUserID

  private let surroundings: Surroundings
  private var queue: Deque<Entry> = []
  /// The line that has left the queue and is not answered for.
  private var current: Entry?
  /// Lines that left and were never answered for: their echo tells.
  private var lost: [Echoes.LineNumber: (entry: Entry, ticket: SendBudget.Ticket, timer: Timer)] = [:]
  private var echoes = Echoes()
  private var repetition = Repetition()
  private var slowMode: SlowMode
  private var count = 0
  private var task: Task<Void, Never>?
  private var isStopped = false
  /// Whether the task only waits for its turn, and nothing is on its way to Twitch.
  private var isWaiting = false

  init(_ route: Route, sender: Sender, channel: TwitchUserID, _ surroundings: Surroundings) {
    self.route = route
    self.sender = sender
    self.channel = channel
    self.surroundings = surroundings
    slowMode = SlowMode(of: channel, surroundings.helix)
  }

  /// How many lines wait to leave.
  var queueLength: Int { queue.count }

  /// Whether every line that it was given has been answered for.
  var isIdle: Bool { task == nil && lost.isEmpty }

  /// Queues a line, and works until nothing is left.
  func submit(_ submission: Submission, on owner: isolated any Actor) throws(RequestError) {
    guard sender.canSend else { throw .accountUnusable }
    guard !isStopped else { throw .stopping }
    guard queue.count < Self.longestQueue else {
      throw RequestError(
        .queueFull, "\(queue.count) messages are waiting already; this one was not taken.", queue: queue.count)
    }
    count += 1
    let number = count
    var entry = Entry(number: number, submission: submission, submittedAt: .now)
    entry.timer = surroundings.loop.schedule(after: Self.silentWait) { [weak self] in self?.tellPosition(of: number) }
    queue.append(entry)
    if task == nil { task = Task { await self.run(on: owner) } }
  }

  /// Something changed: lets go of the lines that may not leave any more.
  func check() {
    for entry in queue {
      guard let refusal = refusal(of: entry) else { continue }
      queue.removeAll { $0.number == entry.number }
      report(entry, .failed(refusal))
    }
  }

  /// Takes no more lines and lets go of those that have not left yet; those that have are finished.
  func stop() {
    isStopped = true
    while let entry = queue.popFirst() { report(entry, .failed(.stopping)) }
    if isWaiting { task?.cancel() }
  }

  /// Waits for nothing any more: who asked for what is still out is told that nobody knows.
  func giveUp() {
    stop()
    if let entry = current {
      current = nil
      report(entry, .failed(.outcomeUnknown))
    }
    for number in lost.keys.sorted() { giveUp(on: number) }
  }

  /// A line of the sender's arrived in the channel, sent from here or not.
  func arrived(_ message: ChatMessage) {
    if let settlement = echoes.arrive(message.id, text: message.text, isAction: message.isAction) {
      settle([settlement])
    } else if !echoes.knows(message.id) {
      // What Twitch compares a line with is the last one, wherever it was written.
      repetition.forget()
    }
  }

  // The queue.

  private func run(on owner: isolated any Actor) async {
    defer { task = nil }
    while !isStopped, !queue.isEmpty {
      await waitForTurn(on: owner)
      guard !isStopped, let entry = queue.popFirst() else { continue }
      current = entry
      let outcome = await send(entry)
      guard current != nil else { continue }
      current = nil
      if let outcome { report(entry, outcome) }
    }
  }

  /// Waits until Twitch's limits allow the next line, whichever that is then; those for which it takes too long are told.
  private func waitForTurn(on owner: isolated any Actor) async {
    while !isStopped, let next = queue.first {
      let now = ContinuousClock.now
      slowMode.look(for: sender.role(in: channel), at: now, on: owner)
      let turn = turn(at: now)
      if turn > next.submittedAt + surroundings.longestWait {
        queue.removeFirst()
        report(next, .failed(.waitedTooLong))
      } else if turn > now {
        await wait(for: turn - now)
      } else {
        return
      }
    }
  }

  /// When Twitch's limits allow a line to leave.
  private func turn(at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
    sender.budget.earliest(
      in: channel, isPrivileged: sender.role(in: channel) == .privileged, slowMode: slowMode.wait, at: now)
  }

  /// Waits; `false` when the gateway stops.
  @discardableResult
  private func wait(for pause: Duration) async -> Bool {
    guard !isStopped else { return false }
    isWaiting = true
    defer { isWaiting = false }
    return (try? await surroundings.loop.sleep(for: pause)) != nil
  }

  private func tellPosition(of number: Echoes.LineNumber) {
    guard let place = queue.firstIndex(where: { $0.number == number }) else { return }
    queue[place].submission.tellPosition(place + (current == nil ? 0 : 1))
  }

  private func refusal(of entry: Entry) -> RequestError? {
    do throws(RequestError) {
      try surroundings.permit(entry.submission)
      return nil
    } catch {
      return error
    }
  }

  private func report(_ entry: Entry, _ outcome: Submission.Outcome) {
    surroundings.onOutcome(outcome, .now - entry.submittedAt)
    entry.submission.report(outcome, queue: queue.count)
  }

  // One line.

  /// Sends one line; `nil` when nobody knows whether it was posted, and its echo is waited for.
  private func send(_ entry: Entry) async -> Submission.Outcome? {
    let draft = entry.submission.draft
    // A line that waited long for its turn gets a second try, too.
    let deadline = max(entry.submittedAt + Self.patience, .now + .seconds(3))
    while true {
      if let refusal = refusal(of: entry) { return .failed(refusal) }
      if sender.role(in: channel) == .ordinary, repetition.isRepeated(draft, at: .now) {
        return .dropped(code: Repetition.code, message: Repetition.message)
      }
      let ticket = sender.budget.spend(in: channel, at: .now)
      surroundings.onSent(ticket, self, nil, true)
      echoes.depart(entry.line)
      do throws(HelixError) {
        return finish(draft, ticket, try await attempt(draft))
      } catch {
        guard !error.isOutcomeUnknown else { return lose(entry, ticket) }
        settle(echoes.drop())
        if error.isBeforeChat { refund(ticket) } else { land(ticket, as: nil) }
        if case .unauthorized = error { surroundings.onRefusedToken(sender) }
        guard let pause = error.pause, .now + pause < deadline else { return .failed(RequestError(error)) }
        guard await wait(for: pause) else { return .failed(refusal(of: entry) ?? .stopping) }
        // Others may have used up meanwhile what this line gave back.
        while case let turn = turn(at: .now), turn > .now {
          guard turn < deadline else { return .failed(.waitedTooLong) }
          guard await wait(for: turn - .now) else { return .failed(refusal(of: entry) ?? .stopping) }
        }
      }
    }
  }

  private func attempt(_ draft: Draft) async throws(HelixError) -> ChatSendResult {
    try await surroundings.helix.sendChatMessage(
      draft.wireText, to: channel, from: sender.twitchUser, replyingTo: draft.replyTo.map { MessageID($0) },
      as: .user(sender.token))
  }

  private func finish(_ draft: Draft, _ ticket: SendBudget.Ticket, _ result: ChatSendResult) -> Submission.Outcome {
    switch result {
    case .sent(let id):
      land(ticket, as: id)
      repetition.note(draft, at: .now)
      settle(echoes.settle(id))
      return .sent(id)
    case .dropped(let code, let message):
      land(ticket, as: nil)
      settle(echoes.drop())
      if code.contains("ratelimit") { sender.budget.exceeded(at: .now) }
      if code.contains("slow") || code == "channel_settings" { slowMode.doubt() }
      return .dropped(code: code, message: message)
    }
  }

  private func land(_ ticket: SendBudget.Ticket, as id: MessageID?) {
    sender.budget.arrived(
      ticket, as: id, in: channel, isPrivileged: sender.role(in: channel) != .ordinary, at: .now)
    surroundings.onSent(ticket, self, id, true)
  }

  private func refund(_ ticket: SendBudget.Ticket) {
    sender.budget.refund(ticket)
    surroundings.onSent(ticket, self, nil, false)
  }

  // Lines without an answer.

  /// Twitch did not answer for the line, so it is not sent again: its echo tells, and if none comes the asker is told that nobody knows.
  private func lose(_ entry: Entry, _ ticket: SendBudget.Ticket) -> Submission.Outcome? {
    land(ticket, as: nil)
    repetition.forget()
    // Nobody waits for it any more when the gateway gave up on it.
    guard current != nil else { return nil }
    let timer = surroundings.loop.schedule(after: surroundings.echoPatience) { self.giveUp(on: entry.number) }
    lost[entry.number] = (entry, ticket, timer)
    settle(echoes.lose())
    return nil
  }

  private func giveUp(on number: Echoes.LineNumber) {
    _ = echoes.giveUp(number)
    guard let (entry, _, timer) = lost.removeValue(forKey: number) else { return }
    timer.cancel()
    report(entry, .failed(.outcomeUnknown))
  }

  private func settle(_ settlements: [Echoes.Settlement]) {
    for settlement in settlements {
      guard let (entry, ticket, timer) = lost.removeValue(forKey: settlement.line) else { continue }
      timer.cancel()
      land(ticket, as: settlement.id)
      report(entry, .sent(settlement.id))
    }
  }
}

extension HelixError {
  /// How long to wait before the same line may be tried again; `nil` when that would not help.
  fileprivate var pause: Duration? {
    switch self {
    case .unreachable: .milliseconds(500)
    case .rateLimited(let until): max(.zero, until - .now)
    case .tooMany: .seconds(5)
    case .noToken(let error): error.isTemporary ? .seconds(1) : nil
    default: nil
    }
  }

  /// Whether the line did not get as far as to what counts chat lines.
  fileprivate var isBeforeChat: Bool {
    switch self {
    case .unreachable, .rateLimited, .tooMany, .noToken, .unauthorized: true
    default: false
    }
  }
}
