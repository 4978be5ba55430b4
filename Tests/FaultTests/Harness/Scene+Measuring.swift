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
    /// Lines that Twitch delivered and that may be missing nevertheless, once the client was told of a gap.
    var mayGap = false

    init(_ name: String, made: String, bound: Double, recovered: String, mayGap: Bool = false) {
      self.name = name
      self.made = made
      self.bound = bound
      self.recovered = recovered
      self.mayGap = mayGap
    }
  }

  /// The time in which something has to be in order again.
  struct Window: Sendable {
    let began = ContinuousClock.now
    let bound: Double

    /// What is left of it, in seconds.
    var left: Double { max(0.001, bound - (ContinuousClock.now - began) / .seconds(1)) }
  }

  /// Makes a fault while people talk in all channels, sees that it is over within its bound, and that a client saw everything that
  /// Twitch delivered meanwhile, once and in order.
  ///
  /// - Parameters:
  ///   - pause: How long people are silent between two lines.
  ///   - quietly: Makes the fault, with nobody talking, so that nothing is on its way just then.
  ///   - recovery: Waits until everything is in order again, at most for what is left of the window.
  func measure(
    _ fault: Fault, filter: String = #function, suite: String = #fileID,
    pause: Duration = .milliseconds(15), quietly make: () async throws -> Void = {},
    recovery: (Window) async throws -> Void
  ) async throws {
    let start = await twitch.deliveries().last?.sequence ?? 0
    let client = try await join()
    let talk = Talk(twitch, in: ["harbor", "pier"], every: pause)
    await talk.start()
    try await client.until("the first lines") { $0.lines.count >= 4 }
    await talk.stop()
    try await settle(client, after: start)
    let window = Window(bound: fault.bound)
    try await make()
    await talk.start()
    let result: Result<Void, any Error>
    do {
      result = .success(try await recovery(window))
    } catch {
      result = .failure(error)
    }
    let measured = (ContinuousClock.now - window.began) / .seconds(1)
    await talk.stop()
    try result.get()
    let last = await talk.sayEverywhere()
    try await client.until("the lines after the fault") { $0.has(last) }
    try await settle(client, after: start)
    let accounting = Accounting(await twitch.deliveries(after: start), seen: await client.lines)
    await client.close()
    try note(fault, measured, accounting, gaps: await client.count("gap"), Self.filter(suite, filter))
  }

  /// Makes a fault, and sees that it is over within its bound, where there is no talk to listen to.
  func time(
    _ fault: Fault, filter: String = #function, suite: String = #fileID,
    make: () async throws -> Void = {}, recovery: (Window) async throws -> Void
  ) async throws {
    let window = Window(bound: fault.bound)
    try await make()
    try await recovery(window)
    let measured = (ContinuousClock.now - window.began) / .seconds(1)
    try note(fault, measured, nil, gaps: 0, Self.filter(suite, filter))
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

  /// Waits until everything that Twitch delivered has arrived. What does not come in time is lost.
  func settle(_ client: Client, after start: Int) async throws {
    let ids = await twitch.deliveries(after: start).filter { $0.type == "channel.chat.message" && $0.fate == .sent }
      .compactMap(\.messageId)
    try? await client.until("all lines", within: 3) { $0.has(ids) }
  }

  private func note(
    _ fault: Fault, _ measured: Double, _ accounting: Accounting?, gaps: Int, _ filter: String
  ) throws {
    #expect(measured <= fault.bound, "\(fault.name)")
    var record = Record(
      fault: fault.name, made: fault.made, bound: fault.bound, recovered: fault.recovered, measured: measured,
      filter: filter)
    if let accounting {
      check(fault, accounting, gaps: gaps)
      record.enter(accounting)
      record.gaps = gaps
    }
    try record.write()
  }

  private func check(_ fault: Fault, _ accounting: Accounting, gaps: Int) {
    if !(fault.mayGap && gaps > 0) { #expect(accounting.lost.isEmpty, "\(fault.name): \(accounting)") }
    #expect(accounting.doubled.isEmpty, "\(fault.name): \(accounting)")
    #expect(accounting.outOfOrder.isEmpty, "\(fault.name): \(accounting)")
  }

  /// `FaultTests.ShardTests/aFault`, from where a test stands.
  static func filter(_ suite: String, _ function: String) -> String {
    let file = suite.split(separator: "/").last?.dropLast(".swift".count) ?? ""
    return "FaultTests.\(file)/\(function.prefix { $0 != "(" })"
  }
}
