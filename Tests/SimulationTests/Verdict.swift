import Storage

@testable import ChatRelay

/// What a client has to complain about: order, repetition, loss without a word, and what moderation took away.
struct Verdict {
  private(set) var violations: [String] = []
  /// What came after something younger, and after a gap that says so.
  private(set) var lateLines: Set<String> = []
  private let client: ClientModel
  private let world: World

  init(on client: ClientModel, in world: World) {
    self.client = client
    self.world = world
    guard let base = client.base else { return }
    for channel in 0..<base.count { judge(channel, from: base[channel]) }
    judgeRemovals()
  }

  private mutating func fail(_ what: String, _ line: Line) {
    violations.append("client \(client.name): \(what) \(line.id) sent at \(line.sentAt - world.agenda.start)")
  }

  /// One channel: each line once, in order, and a gap wherever one is missing.
  private mutating func judge(_ channel: Int, from base: Int) {
    let isInternal = channel == world.channels.count
    let sent = isInternal ? world.whispers : world.twitch.lines[channel]
    if isInternal, client.user != UserID(rawValue: 1) { return judgePrivacy(channel) }
    var (next, position) = (base, -1)
    var seen: Set<Int> = []
    // The youngest since the last gap, and of all.
    var (youngest, youngestOfAll) = (-1, -1)
    for (index, item) in client.items.enumerated() {
      if case .gap = item { youngest = -1 }
      guard case .line(let line, _) = item, line.channel == channel else { continue }
      guard seen.insert(line.number).inserted else {
        if !line.wasCutOff { fail("repeated:", line) }
        continue
      }
      if line.number < youngestOfAll { lateLines.insert(line.id) }
      if line.number < youngest { fail("out of order without a gap:", line) }
      (youngest, youngestOfAll) = (max(youngest, line.number), max(youngestOfAll, line.number))
      guard line.number >= next else { continue }
      for missing in sent[next..<line.number] { judge(missing, between: position, and: index) }
      (next, position) = (line.number + 1, index)
    }
    for missing in sent[min(next, sent.count)...] { judge(missing, between: position, and: client.items.count) }
  }

  private mutating func judge(_ missing: Line, between start: Int, and end: Int) {
    guard missing.removedAt == nil || !missing.isText else { return }
    if missing.hasArrived, !missing.wasCutOff {
      // One that comes later is judged then.
      let comes = client.items.contains { $0.line === missing }
      return comes ? () : fail("arrived, and was not handed on:", missing)
    }
    let deadline = missing.toBeToldBy
    guard missing.wasCutOff || deadline != nil else { return fail("neither arrived nor lost:", missing) }
    if !isTold(after: start, before: end, by: deadline) { fail("missing without a gap:", missing) }
  }

  /// Whether a gap was told between two items, or not too late after them.
  private func isTold(after start: Int, before end: Int, by deadline: ContinuousClock.Instant?) -> Bool {
    let start = max(start, 0)
    return client.items[start...].enumerated().contains { offset, item in
      guard case .gap(let time) = item else { return false }
      return start + offset < end || deadline.map { time <= $0 } ?? false
    }
  }

  private mutating func judgePrivacy(_ channel: Int) {
    for case .line(let line, _) in client.items where line.channel == channel {
      fail("shown to the wrong user:", line)
    }
  }

  /// What was taken away is not replayed.
  private mutating func judgeRemovals() {
    var removed: Set<String> = []
    for item in client.items {
      switch item {
      case .removal(let id, _, _) where !id.isEmpty: removed.insert(id)
      case .line(let line, true) where line.isText && removed.contains(line.id):
        fail("replayed after it was deleted:", line)
      default: break
      }
    }
  }
}

extension ClientModel.Item {
  fileprivate var line: Line? {
    if case .line(let line, _) = self { line } else { nil }
  }
}
