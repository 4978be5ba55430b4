import Foundation
import Testing
import TwitchSimulator

extension Scene {
  /// What a fault is called and how long it may last.
  struct Fault: Sendable {
    var name: String
    /// How it is made.
    var made: String
    /// How long the recovery may take, in seconds.
    var bound: Double
    /// What counts as recovered.
    var recovered: String
    /// What clients are told in `status`; `nil` where it is over before it is worth telling.
    var told: Telling?
    /// What operators see of it, beyond the problem that clients are told.
    var seen: Sight
    /// Whether lines that Twitch delivered may be missing, once the client was told of a gap: the program died with them.
    var mayGap = false
    /// Whether nothing can be missing, so that no gap is told, and no session is lost.
    var isHarmless = false

    init(
      _ name: String, made: String, bound: Double, recovered: String, told: Telling? = nil, seen: Sight,
      mayGap: Bool = false, isHarmless: Bool = false
    ) {
      self.name = name
      self.made = made
      self.bound = bound
      self.recovered = recovered
      self.told = told
      self.seen = seen
      self.mayGap = mayGap
      self.isHarmless = isHarmless
    }
  }

  /// The time in which something has to be in order again: the bound, where it is measured. Beside other tests a busy machine
  /// gets a few seconds more.
  struct Window: Sendable {
    /// The one who sees what comes.
    let client: Client
    let bound: Double

    init(_ client: Client, _ bound: Double) {
      self.client = client
      self.bound = Record.isAtFullSize ? bound : bound + 3
    }

    let began = ContinuousClock.now

    /// What is left of it, in seconds.
    var left: Double { max(0.001, bound - (ContinuousClock.now - began) / .seconds(1)) }
  }

  /// Makes a fault while people talk in all channels, sees that it is over within its bound, that a client saw everything that
  /// Twitch delivered meanwhile, once and in order, and that it was told of what lasts and of what is missing.
  ///
  /// - Parameters:
  ///   - pause: How long people are silent between two lines.
  ///   - make: Makes the fault, with nobody talking, so that nothing is on its way just then.
  ///   - recovery: Waits until everything is in order again, at most for what is left of the window.
  ///   - aftermath: What is to happen before people fall silent, and takes no time of the window.
  func measure(
    _ fault: Fault, filter: String = #function, suite: String = #fileID,
    pause: Duration = .milliseconds(15), quietly make: (() async throws -> Void)? = nil,
    recovery: (Window) async throws -> Void, aftermath: () async throws -> Void = {}
  ) async throws {
    let start = await twitch.deliveries().last?.sequence ?? 0
    let client = try await join()
    let talk = Talk(twitch, in: ["harbor", "pier"], every: pause)
    await talk.start()
    try await client.until("the first lines") { $0.lines.count >= 4 }
    if make != nil {
      await talk.stop()
      try await settle(client, after: start)
    }
    let before = try await outlook()
    let window = Window(client, fault.bound)
    async let telling: Void = isTold(of: fault, client)
    try await make?()
    await talk.start()
    let result = await Result { try await recovery(window) }
    let measured = (ContinuousClock.now - window.began) / .seconds(1)
    if case .success = result { try await aftermath() }
    await talk.stop()
    try result.get()
    let last = await talk.sayEverywhere()
    try await client.until("the lines after the fault") { $0.has(last) }
    try await settle(client, after: start)
    try await telling
    try await isOver(fault, client)
    try await isSeen(fault.seen, since: before)
    let (deliveries, said) = (await twitch.deliveries(after: start), await talk.said)
    // Gaps are told seconds apart.
    try? await client.until("a gap", within: 5) {
      Accounting(deliveries, said: said, seen: $0.heard).untold.isEmpty
    }
    let accounting = Accounting(deliveries, said: said, seen: await client.heard)
    let gaps = await client.count("gap")
    await client.close()
    check(fault, accounting, gaps: gaps)
    try note(fault, measured, accounting, gaps: gaps, Self.filter(suite, filter))
  }

  /// Makes a fault, and sees that it is over within its bound and that clients are told, where there is no talk to listen to.
  ///
  /// - Parameter start: When the fault began, if before this.
  func time(
    _ fault: Fault, since start: Outlook? = nil, filter: String = #function, suite: String = #fileID,
    make: () async throws -> Void = {}, recovery: (Window) async throws -> Void
  ) async throws {
    let client = try await join()
    let before = if let start { start } else { try await outlook() }
    let window = Window(client, fault.bound)
    async let telling: Void = isTold(of: fault, client)
    try await make()
    try await recovery(window)
    let measured = (ContinuousClock.now - window.began) / .seconds(1)
    try await telling
    try await isOver(fault, client)
    try await isSeen(fault.seen, since: before)
    await client.close()
    try note(fault, measured, nil, gaps: 0, Self.filter(suite, filter))
  }

  /// How long it may take, beyond what the fault itself takes, until clients are told: a look at what is wrong every 5 s, and the 10 s
  /// that it may have to last.
  private static let tellingTime = 20.0

  private func isTold(of fault: Fault, _ client: Client) async throws {
    guard let told = fault.told else { return }
    try await isTold(told, to: client, within: fault.bound + Self.tellingTime)
  }

  private func isOver(_ fault: Fault, _ client: Client) async throws {
    guard let told = fault.told, told.ends else { return }
    try await isOver(told, to: client, within: Self.tellingTime)
  }

  /// Waits until the gateway made that many calls of a kind, counted from the start, that were answered with a status.
  func refusals(_ count: Int, of method: String, _ path: String, status: String) async throws {
    var last = 0
    var seen = 0
    while seen < count {
      let calls = try await twitch.events("call", after: last, within: 60)
      seen += calls.count {
        $0.fields["method"] == method && $0.fields["path"] == path && $0.fields["status"] == status
      }
      last = calls.last?.sequence ?? last
    }
  }

  /// Waits until the gateway has made a call of a kind.
  func calls(_ method: String, _ path: String, after sequence: Int, within seconds: Double) async throws {
    var last = sequence
    while true {
      let calls = try await twitch.events("call", after: last, within: seconds)
      if calls.contains(where: { $0.fields["method"] == method && $0.fields["path"] == path }) { return }
      last = calls.last?.sequence ?? last
    }
  }

  /// Waits until everything that Twitch delivered has arrived. What does not come in time is lost.
  func settle(_ client: Client, after start: Int) async throws {
    let ids = await twitch.deliveries(after: start).filter { $0.type == "channel.chat.message" && $0.fate == .sent }
      .compactMap(\.messageId)
    try? await client.until("all lines", within: 3) { $0.has(ids) }
  }

  /// Everything that was delivered came once and in order, and who misses something was told so.
  func check(_ fault: Fault, _ accounting: Accounting, gaps: Int) {
    #expect(accounting.lost.isEmpty || fault.mayGap, "\(fault.name): \(accounting)")
    #expect(accounting.doubled.isEmpty, "\(fault.name): \(accounting)")
    #expect(accounting.untold.isEmpty, "\(fault.name): \(accounting), \(gaps) gaps")
    #expect(!fault.isHarmless || gaps == 0, "\(fault.name): \(gaps) gaps")
  }

  private func note(
    _ fault: Fault, _ measured: Double, _ accounting: Accounting?, gaps: Int, _ filter: String
  ) throws {
    if Record.isAtFullSize { #expect(measured <= fault.bound, "\(fault.name)") }
    var record = Record(
      fault: fault.name, made: fault.made, bound: fault.bound, recovered: fault.recovered, measured: measured,
      told: fault.told?.code, seen: fault.sight, filter: filter)
    if let accounting {
      record.enter(accounting)
      record.gaps = gaps
    }
    try record.write()
  }

  /// `FaultTests.ShardTests/aFault`, from where a test stands.
  static func filter(_ suite: String, _ function: String) -> String {
    let file = suite.split(separator: "/").last?.dropLast(".swift".count) ?? ""
    return "FaultTests.\(file)/\(function.prefix { $0 != "(" })"
  }
}
