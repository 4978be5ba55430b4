import Foundation
import Storage
import TwitchSimulator
import WebSockets

/// What is measured.
enum Kind: String, CaseIterable {
  /// The program.
  case relay
  /// libwebsockets alone, writing slices of shared frames.
  case slices
  /// libwebsockets alone, writing each message to each client.
  case oneByOne
}

/// A server under load, with the Twitch that it gets its messages from and the clients that they go to.
final class Subject {
  let kind: Kind
  let process: ServerProcess
  let swarm: Swarm
  let twitch: Simulator
  private let premises: Premises?
  private let query: String
  private let streams: Int
  private var talk = Talk()
  private var poured = 0
  /// What the program made of the first messages: what the others are to relay.
  private(set) var payloads: [[UInt8]]

  /// Starts the program with so many channels, in good order and with nothing left to do.
  static func relay(
    _ program: String = "chat-relay", channels: Int = 1, clients: Int = 10_000, under supervisor: [String] = []
  ) async throws -> Subject {
    let premises = try await Premises(channels: channels)
    let process = try ServerProcess(program, ["serve", "--json"], premises.settings, under: supervisor)
    let subject = Subject(.relay, process, premises.twitch, premises, streams: channels, clients: clients)
    try await premises.settle()
    try await subject.rest()
    try await subject.sample()
    return subject
  }

  /// Starts libwebsockets alone, to relay messages like those.
  static func library(_ kind: Kind, like payloads: [[UInt8]], streams: Int = 1, clients: Int = 10_000) async throws
    -> Subject
  {
    let twitch = try await Premises.startTwitch()
    let arguments =
      ["library", "\(twitch.port)", "--rooms", "\(streams)"] + (kind == .oneByOne ? ["--one-by-one"] : [])
    let subject = Subject(
      kind, try ServerProcess("relay-bench", arguments), twitch, nil, streams: streams, clients: clients,
      payloads: payloads)
    try await twitch.wait(for: .init(sockets: 1))
    return subject
  }

  /// Measures the program and then the library, each by itself.
  static func each(
    _ kinds: [Kind] = Kind.allCases, channels: Int = 1, clients: Int = 10_000, _ measure: (Subject) async throws -> Void
  ) async throws {
    var payloads: [[UInt8]] = []
    for kind in kinds {
      let subject =
        kind == .relay
        ? try await relay(channels: channels, clients: clients)
        : try await library(kind, like: payloads, streams: channels, clients: clients)
      if kind == .relay { payloads = subject.payloads }
      do {
        try await measure(subject)
      } catch {
        await subject.end()
        throw error
      }
      await subject.end()
    }
  }

  private init(
    _ kind: Kind, _ process: ServerProcess, _ twitch: Simulator, _ premises: Premises?, streams: Int, clients: Int,
    payloads: [[UInt8]] = []
  ) {
    self.kind = kind
    self.process = process
    self.twitch = twitch
    self.premises = premises
    self.streams = streams
    self.payloads = payloads
    query = premises.map { "token=\($0.token.reveal())" } ?? ""
    swarm = Swarm(capacity: clients)
    swarm.aim(at: process.port, streams: streams, query: query)
  }

  /// Ends everything.
  func end() async {
    swarm.stop()
    process.stop()
    if let premises { await premises.end() } else { await twitch.stop() }
  }

  /// Lets clients that connect from now on come back to that place.
  func resume(from cursor: String) {
    swarm.aim(at: process.port, streams: streams, query: query + "&since=" + cursor)
  }

  /// Where a client connects to.
  func url(of stream: Int = 1) -> String { "ws://127.0.0.1:\(process.port)/ws/\(stream)?\(query)" }

  /// Sends so many messages, to one channel after another, and returns once they have left.
  func pour(_ count: Int) async {
    await twitch.pour(
      (0..<count).map { _ in
        poured += 1
        return kind == .relay ? talk.next(in: 1 + poured % streams) : payloads[poured % payloads.count]
      })
  }

  /// Waits until the server has nothing to do.
  func rest() async throws {
    var last = -1.0
    var quiet = 0
    try await until("the server rests", within: 60) {
      // Another process has no event to wait for: its processor time is read now and then.
      try await Task.sleep(for: .milliseconds(250))
      quiet = process.cpu - last < 0.011 ? quiet + 1 : 0
      last = process.cpu
      return quiet == 3
    }
  }

  /// How many notifications the program says that it has taken in; `nil` for libwebsockets alone, which does not count.
  func received() async throws -> Int? {
    guard kind == .relay else { return nil }
    let visitor = try await Visitor(url())
    let page = try await visitor.page("http://127.0.0.1:\(process.port)/metrics")
    await visitor.leave()
    let name = #"chat_relay_messages_received_total{type="channel.chat.message"} "#
    return page.split(separator: "\n").first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) }
  }

  /// Runs something; gives the server's CPU time and the time that passed, both in seconds.
  func measure(_ work: () async throws -> Void) async rethrows -> (cpu: Double, wall: Double) {
    let (cpu, start) = (process.cpu, Swarm.now)
    try await work()
    return (process.cpu - cpu, Double(Swarm.now - start) / 1e9)
  }

  /// Sees what the program makes of each kind of message.
  private func sample() async throws {
    let visitor = try await Visitor(url())
    await twitch.pour((0..<Talk.kinds).map { _ in talk.next(in: 1) })
    for _ in 0..<Talk.kinds { payloads.append(try await visitor.message()) }
    await visitor.leave()
  }
}
