import Foundation
import HTTPTypes
import Storage
import Testing
import Twitch
import TwitchSimulator
import WebSockets

@testable import ChatRelay

@Suite struct MetricsTests {
  private func scrape(_ relay: TestRelay, headers: HTTPFields = [:]) async throws -> Response {
    try await HTTPBrowser(loop: relay.loop).send(.get, "http://127.0.0.1:\(relay.port)/metrics", headers: headers)
  }

  /// Asks until a line is there, and gives all that was answered then.
  private func waitFor(_ line: String, _ relay: TestRelay) async throws -> String {
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      let text = String(decoding: try await scrape(relay).body, as: UTF8.self)
      if text.split(separator: "\n").contains(Substring(line)) { return text }
      try #require(.now < deadline, "no \(line) in \(text)")
    }
  }

  @Test func whatHappensIsCounted() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      let other = try await relay.joinAsJohn()
      await twitch.add(.init(.duplicate, type: "channel.chat.message"))
      _ = try await twitch.say(.init(from: "gull", "secret words"), in: "harbor")
      for browser in [john, other] { try await browser.next("text") }
      await john.send("text", from: harbor, to: harbor, text: "hello", id: "a1")
      try await john.next("textresult")
      for browser in [john, other] { try await browser.next("text") }
      _ = try await waitFor("chat_relay_delivered_frames_total 4", relay)
      try await twitch.dropSockets("shard:0", code: 4005)
      try await twitch.wait(for: .init(shards: 2))
      let text = try await waitFor(#"chat_relay_shard_losses_total{shard="0"} 1"#, relay)
      // Whichever is faster: the socket's end, or word of it over the other shard.
      let ends = ["closed_4005", "disabled"].map { #"chat_relay_shard_ends_total{reason="\#($0)",shard="0"} 1"# }
      #expect(ends.contains { text.contains($0) })
      for line in [
        "# TYPE chat_relay_connections gauge", "chat_relay_connections 2",
        #"chat_relay_messages_received_total{type="channel.chat.message"} 2"#,
        "chat_relay_duplicates_dropped_total 1",
        #"chat_relay_sends_total{outcome="sent",reason=""} 1"#,
        "chat_relay_send_seconds_count 1", #"chat_relay_subscriptions{state="missing"} 0"#,
        #"chat_relay_helix_calls_total{endpoint="chat/messages",method="POST",status="200"} 1"#,
        #"chat_relay_rooms{watched="true"} 1"#, #"chat_relay_problems{code="clock_wrong"} 0"#,
      ] {
        #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)")
      }
      for name in [
        "chat_relay_delivered_bytes_total ", #"chat_relay_rate_limit_remaining{bucket="app"} "#,
        "chat_relay_event_loop_lag_seconds_count ", "process_open_fds ", "process_resident_memory_bytes ",
        "process_cpu_seconds_total ", "chat_relay_history_entries_written_total ",
      ] {
        #expect(text.contains("\n" + name), "\(name)")
      }
      for secret in ["secret words", "gull", "Harbor", relay.home.johnsToken.reveal()] {
        #expect(!text.contains(secret), "\(secret)")
      }
    }
  }

  @Test func theyAreForThisMachineAlone() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let answer = try await scrape(relay)
      #expect(answer.status == .ok)
      #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
      let name = try #require(HTTPField.Name("X-Forwarded-For"))
      #expect(try await scrape(relay, headers: [name: "127.0.0.1"]).status == .forbidden)
      let http = HTTPBrowser(loop: relay.loop)
      #expect(try await http.send(.post, "http://127.0.0.1:\(relay.port)/metrics").status == .methodNotAllowed)
      let far = Request(.get, "/metrics", remoteAddress: "192.0.2.1")
      #expect(await relay.relay.respond(to: far)?.status == .forbidden)
    }
  }

  @Test func aTokenOpensThemToOthers() async throws {
    try await withRelay(isLive: false, configure: { $0.metricsToken = Secret("open sesame") }) { relay, _ in
      let refusal = try await scrape(relay)
      #expect(refusal.status == .unauthorized)
      #expect(refusal.headers[.wwwAuthenticate] == "Bearer")
      #expect(try await scrape(relay, headers: [.authorization: "Bearer open"]).status == .unauthorized)
      #expect(try await scrape(relay, headers: [.authorization: "bearer open sesame"]).status == .ok)
      let far = Request(
        .get, "/metrics", headers: [.authorization: "Bearer open sesame"], remoteAddress: "192.0.2.1")
      #expect(await relay.relay.respond(to: far)?.status == .ok)
    }
  }

  @Test func whatLinuxSaysIsRead() {
    let usage = ProcessUsage(
      status: "Name:\tx\nVmSize:\t    2048 kB\nVmRSS:\t     512 kB\n",
      stat: "12 (a b) c) S 1 1 1 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 4 0 1000 8 9",
      limits: "Max open files            1024                 4096                 files\n",
      machine: "cpu 1\nbtime 1700000000\n", openDescriptors: 5)
    #expect(usage.residentBytes == 512 * 1024)
    #expect(usage.virtualBytes == 2048 * 1024)
    #expect(usage.processorSeconds == 3)
    #expect(usage.startedAt == 1_700_000_010)
    #expect(usage.descriptorLimit == 1024)
    #expect(usage.openDescriptors == 5)
    let nothing = ProcessUsage(status: "", stat: "", limits: "", machine: "", openDescriptors: nil)
    #expect(nothing.processorSeconds == nil)
  }
}
