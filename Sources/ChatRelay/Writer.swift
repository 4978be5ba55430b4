import DequeModule
import Twitch
import WebSockets

/// An account made ready to send to one channel.
///
/// Its lines leave in the order in which they came, one call at a time, as fast as Twitch's limits allow. Connections do not wait for
/// it: they queue a line and are told later. A full queue refuses.
final class Writer {
  /// How many lines may wait.
  static let longestQueue = 30
  /// How long a line that cannot leave is tried.
  static let patience: Duration = .seconds(20)

  let route: Route
  let sender: Sender
  /// Whose chat it writes to.
  let channel: TwitchUserID
  /// The work that `run` does, as long as there is any.
  var task: Task<Void, Never>?

  private var queue: Deque<Submission> = []
  private var echoes = Echoes()
  private var lost: [Echoes.LineNumber: (submission: Submission, timer: Timer)] = [:]
  private var count = 0
  private let echoPatience: Duration
  private var isStopped = false
  /// Whether the task only waits for its turn, and nothing is on its way to Twitch.
  private var isWaiting = false

  /// - Parameter echoPatience: How long an echo is waited for when Twitch did not answer.
  init(_ route: Route, sender: Sender, channel: TwitchUserID, echoPatience: Duration) {
    self.echoPatience = echoPatience
    self.route = route
    self.sender = sender
    self.channel = channel
  }

  /// Queues a line.
  func submit(_ submission: Submission) throws(RequestError) {
    guard sender.canSend else { throw .accountUnusable }
    guard !isStopped else { throw .unavailable }
    guard queue.count < Self.longestQueue else {
      throw RequestError(.queueFull, "\(queue.count) messages are waiting already; this one was not taken.")
    }
    queue.append(submission)
  }

  /// Sends what is queued until nothing is left.
  func run(_ helix: Helix, on loop: EventLoop) async {
    defer { task = nil }
    while let submission = queue.popFirst() {
      count += 1
      let line = count
      switch await send(submission, helix, loop) {
      case .some(let outcome):
        submission.report(outcome)
      case nil:
        lose(submission, line, loop)
      }
    }
  }

  /// Takes no more lines and lets go of those that have not left yet; the one in flight is finished.
  func stop() {
    isStopped = true
    for submission in queue { submission.report(.failed(.unavailable)) }
    queue = []
    if isWaiting { task?.cancel() }
  }

  /// A line of the sender's arrived in the channel, sent from here or not.
  func arrived(_ message: ChatMessage) {
    sender.learn(message.badges, in: channel)
    guard let line = echoes.arrive(message.id, text: message.text) else { return }
    lost.removeValue(forKey: line)?.submission.report(.sent(message.id))
  }

  /// Sends one line; `nil` when nobody knows whether it was posted.
  private func send(_ submission: Submission, _ helix: Helix, _ loop: EventLoop) async -> Submission.Outcome? {
    let deadline = ContinuousClock.now + Self.patience
    while true {
      guard await waitForTurn(loop) else { return .failed(.unavailable) }
      do throws(HelixError) {
        return outcome(try await attempt(submission.draft, helix))
      } catch {
        if error.isOutcomeUnknown { return nil }
        guard let pause = error.pause, .now + pause < deadline, !isStopped else { return .failed(RequestError(error)) }
        guard await wait(for: pause, loop) else { return .failed(.unavailable) }
      }
    }
  }

  /// Waits until Twitch's limits allow a line; `false` when the gateway stops.
  private func waitForTurn(_ loop: EventLoop) async -> Bool {
    while true {
      let now = ContinuousClock.now
      let turn = sender.budget.earliest(in: channel, isPrivileged: sender.isPrivileged(in: channel), at: now)
      if turn <= now { return true }
      guard await wait(for: turn - now, loop) else { return false }
    }
  }

  /// Waits; `false` when the gateway stops.
  private func wait(for pause: Duration, _ loop: EventLoop) async -> Bool {
    guard !isStopped else { return false }
    isWaiting = true
    defer { isWaiting = false }
    return (try? await loop.sleep(for: pause)) != nil
  }

  private func attempt(_ draft: Draft, _ helix: Helix) async throws(HelixError) -> ChatSendResult {
    sender.budget.spend(in: channel, at: .now)
    defer { sender.budget.arrived(in: channel, at: .now) }
    echoes.depart()
    return try await helix.sendChatMessage(
      draft.wireText, to: channel, from: sender.twitchUser, replyingTo: draft.replyTo.map { MessageID($0) },
      as: .user(sender.token))
  }

  private func outcome(_ result: ChatSendResult) -> Submission.Outcome {
    switch result {
    case .sent(let id):
      echoes.settle(id)
      return .sent(id)
    case .dropped(let code, let message):
      return .dropped(code: code, message: message)
    }
  }

  /// Twitch did not answer for the line, so it is not sent again: its echo tells, and if none comes the asker is told that nobody knows.
  private func lose(_ submission: Submission, _ line: Echoes.LineNumber, _ loop: EventLoop) {
    if let id = echoes.lose(line, text: submission.draft.text) { return submission.report(.sent(id)) }
    let timer = loop.schedule(after: echoPatience) { [weak self] in
      guard let self, echoes.giveUp(line) else { return }
      lost.removeValue(forKey: line)?.submission.report(.failed(.outcomeUnknown))
    }
    lost[line] = (submission, timer)
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
}
