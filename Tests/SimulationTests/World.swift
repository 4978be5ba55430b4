import Storage
import TestSupport
import Twitch

@testable import Twitch

/// One schedule: a Twitch, a gateway that is killed now and then, and its clients, for some simulated minutes.
///
/// The same seed gives the same run, event for event.
final class World {
  /// How many shards are wanted.
  private(set) var shardCount: Int
  let channels: Set<ConduitPool.Channel>
  let agenda = Agenda()
  var dice: SeededGenerator
  let twitch: TwitchModel
  var disk = DiskModel()
  private(set) var gateway: GatewayModel?
  private(set) var room: RoomModel?
  private(set) var clients: [ClientModel] = []
  /// What the entries of the history stand for.
  var lines: [Int64: Line] = [:]
  /// When the gaps of the history were told.
  var gaps: [Int64: ContinuousClock.Instant] = [:]
  private(set) var whispers: [Line] = []
  /// What went wrong before the end.
  private(set) var violations: [String] = []
  /// What came after something younger, and after a gap that says so.
  private(set) var lateLines: Set<String> = []
  /// How far the gateway's clock is off, in milliseconds.
  private var skew: Int64 = 0
  private var isTalking = true
  private var killedAt: ContinuousClock.Instant?
  private let talkPause: Int

  let seed: UInt64
  /// Told of all that happens.
  var onNote: ((String) -> Void)?

  init(seed: UInt64) {
    self.seed = seed
    dice = SeededGenerator(seed)
    shardCount = dice.pick([1, 2, 2, 2, 3, 4]) ?? 2
    let channelCount = dice.number(1...3)
    channels = Set(
      (0..<channelCount).map { ConduitPool.Channel(broadcaster: TwitchUserID("\($0)"), reader: "reader") })
    talkPause = dice.pick([80, 200, 400]) ?? 200
    twitch = TwitchModel(agenda, seed: dice.next(), channels: channelCount)
    twitch.renamesSessions = dice.happens(0.5)
    if dice.happens(0.7) { prepareConduit() }
    for _ in 0..<(dice.pick([0, 0, 2]) ?? 0) { _ = twitch.createConduit(3) }
    for name in 1...dice.number(2...4) { clients.append(ClientModel(self, name: name)) }
  }

  /// What an earlier run left: a conduit with all its subscriptions.
  private func prepareConduit() {
    guard case .success(let conduit) = twitch.createConduit(shardCount) else { return }
    disk.conduit = conduit.id
    for channel in channels.sorted(by: { $0.broadcaster < $1.broadcaster }) {
      for type in SubscriptionType.ofChannels { _ = twitch.subscribe(.init(type, for: channel), conduit.id) }
    }
    _ = twitch.subscribe(.shardDisabled(of: conduit.id, by: "client"), conduit.id)
  }

  /// The network's clock.
  func milliseconds(_ time: ContinuousClock.Instant) -> Int64 {
    let (seconds, attoseconds) = (time - agenda.start).components
    return 1_780_000_000_000 + seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  /// The gateway's clock.
  var wallMilliseconds: Int64 { milliseconds(agenda.now) + skew }

  // The run.

  /// Runs it all, and gives back what was wrong with it; nothing, if all is well.
  func run() -> [String] {
    defer { agenda.clear() }
    start()
    for channel in 0..<channels.count { talk(in: channel) }
    for client in clients { come(client) }
    agenda.run(until: agenda.now + dice.milliseconds(0...3000))
    note("\(shardCount) shards, \(channels.count) channels")
    twitch.repetitions = dice.pick([0, 0.05, 0.3]) ?? 0
    if dice.happens(0.4) { runOrderly() } else { runWild() }
    finish()
    let verdicts = clients.map { Verdict(on: $0, in: self) }
    lateLines = verdicts.reduce(into: []) { $0.formUnion($1.lateLines) }
    return violations + verdicts.flatMap(\.violations)
  }

  /// One fault after the other, each healed within its bound.
  private func runOrderly() {
    // Nothing comes over another shard meanwhile, which would be waited for no longer than the gateway is patient.
    if twitch.repetitions == 0 { twitch.longestStall = 1500 }
    heal(within: .seconds(8), "the start")
    for _ in 0..<dice.number(2...6) {
      let fault = Fault.allCases[dice.number(0...Fault.allCases.count - 1)]
      apply(fault)
      let (start, disabledCount) = (agenda.now, twitch.disabledCount)
      agenda.run(until: start + Fault.noticed, unless: { !(self.gateway?.isDeceived ?? false) })
      if gateway?.isDeceived == true { fail("not noticed \(Fault.noticed) after \(fault)") }
      // What is planned shows only after a while.
      if fault.isPlanned { agenda.run(until: start + .seconds(3)) }
      // The old session is there until the next one is assigned.
      if fault.isMove, twitch.disabledCount > disabledCount { fail("a shard was without a session after \(fault)") }
      heal(within: fault.bound - (fault.isPlanned ? .zero : agenda.now - start), "\(fault)")
      agenda.run(until: agenda.now + dice.milliseconds(0...3000))
    }
  }

  private func heal(within bound: Duration, _ what: String) {
    agenda.run(until: agenda.now + bound, unless: { self.gateway?.isAsWanted ?? false })
    if gateway?.isAsWanted != true { fail("not healed in time after \(what): \(gateway?.summary ?? "not running")") }
    if twitch.troubles == 0 { twitch.nothingIsSecret() }
  }

  /// Everything at once, calls that fail too.
  private func runWild() {
    twitch.troubles = dice.pick([0, 0.1, 0.3, 0.5]) ?? 0
    let end = agenda.now + dice.milliseconds(3000...20_000)
    for _ in 0..<dice.number(1...8) {
      agenda.after(dice.milliseconds(0...15_000)) {
        self.apply(Fault.allCases[self.dice.number(0...Fault.allCases.count - 1)])
      }
    }
    agenda.run(until: end)
    twitch.troubles = 0
    agenda.run(until: agenda.now + .seconds(16))
    heal(within: .seconds(120), "all the troubles")
  }

  /// Everybody gets what there is, and a last line tells that nothing is missing after it.
  private func finish() {
    isTalking = false
    twitch.repetitions = 0
    agenda.run(until: agenda.now + .seconds(5))
    heal(within: .seconds(60), "the end of talk")
    for client in clients { client.connect() }
    agenda.run(until: agenda.now + .seconds(1))
    for channel in 0..<channels.count { twitch.say(.text, in: channel, by: 0) }
    agenda.run(until: agenda.now + .seconds(3))
  }

  func note(_ what: @autoclosure () -> String) {
    onNote?("\(agenda.elapsed): \(what())")
  }

  func fail(_ what: String) {
    violations.append("\(agenda.elapsed): \(what)")
  }

  // The gateway.

  func start() {
    guard gateway == nil else { return }
    note("start")
    let room = RoomModel(self)
    self.room = room
    if let killedAt { twitch.tellAtStart(since: killedAt) }
    for line in whispers where line.wasCutOff { line.toBeToldBy = line.toBeToldBy ?? agenda.now }
    gateway = GatewayModel(self, room)
  }

  /// Ends the program at once, the machine with it perhaps.
  func kill() {
    guard gateway != nil else { return }
    gateway?.kill()
    room?.kill(withMachine: dice.happens(0.5))
    (gateway, room) = (nil, nil)
    killedAt = agenda.now
    for line in twitch.lines.joined() where line.hasArrived && !line.isWritten { line.wasCutOff = true }
    for line in whispers where !line.isWritten { line.wasCutOff = true }
    for client in clients { client.disconnect() }
    agenda.after(dice.milliseconds(50...4000)) {
      if self.dice.happens(0.3), self.disk.head != nil { self.skew = Int64(self.dice.number(-3_600_000...3_600_000)) }
      self.start()
    }
  }

  func resize() {
    shardCount = dice.number(1...4)
    gateway?.want(shardCount)
  }

  // People.

  private func come(_ client: ClientModel) {
    agenda.after(dice.milliseconds(0...4000)) {
      client.connect()
      self.leave(client)
    }
  }

  private func leave(_ client: ClientModel) {
    agenda.after(dice.milliseconds(500...12_000)) {
      guard self.isTalking else { return }
      client.disconnect()
      self.come(client)
    }
  }

  private func talk(in channel: Int) {
    agenda.after(dice.milliseconds(1...talkPause * 2)) {
      guard self.isTalking else { return }
      self.saySomething(in: channel)
      self.talk(in: channel)
    }
  }

  private func saySomething(in channel: Int) {
    let author = dice.number(1...3)
    switch dice.number(0...99) {
    case 0..<3:
      // Mostly a fresh one: then the deletion may come before the line.
      let recent = twitch.lines[channel].suffix(dice.number(1...30)).filter { $0.isText && !$0.isCondemned }
      guard let line = dice.pick(recent) else { return }
      line.isCondemned = true
      twitch.say(.delete(line), in: channel, by: 0)
    case 3: twitch.say(.clear(author: author), in: channel, by: 0)
    case 4..<7: whisper()
    default: twitch.say(.text, in: channel, by: author)
    }
  }

  private func whisper() {
    guard let room else { return }
    let line = Line(
      channel: channels.count, number: whispers.count, author: 1, content: .whisper, at: agenda.now)
    line.hasArrived = true
    whispers.append(line)
    room.whisper(line)
  }
}
