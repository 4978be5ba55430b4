import Storage
import TestSupport
import Testing

/// What clients are told of a fault in `status` when it lasts.
struct Telling: Sendable {
  /// The problem's code (docs/protocol.md).
  var code: String
  /// The account that it is about, if it is about one.
  var account: String?
  /// Whether it is over when the recovery is, and clients are told that, too.
  var ends = true

  init(_ code: String, about account: String? = nil, ends: Bool = true) {
    self.code = code
    self.account = account
    self.ends = ends
  }
}

extension Scene {
  /// Waits until a client was told of a problem without having asked, and sees that the log and the metrics have it.
  func isTold(_ telling: Telling, to client: Client, within seconds: Double) async throws {
    try await hears(of: telling, client, within: seconds)
    try checkLog(of: telling)
    let told = try await metric("chat_relay_problems{code=\"\(telling.code)\"}")
    #expect(told ?? 0 >= 1, "\(telling.code) in /metrics: \(told ?? -1)")
  }

  /// Waits until a client was told of a problem without having asked.
  func hears(of telling: Telling, _ client: Client, within seconds: Double) async throws {
    let id = try telling.account.map { try account($0).rawValue }
    try await client.until("being told \(telling.code)", within: seconds) { client in
      client.problems.contains {
        $0["code"]?.text == telling.code && (id == nil || $0["account_id"] == id.map { .number(Double($0)) })
      }
    }
  }

  /// Waits until a client was told that a problem is over.
  func isOver(_ telling: Telling, to client: Client, within seconds: Double) async throws {
    try await client.until("being told that \(telling.code) is over", within: seconds) { client in
      client.problems.allSatisfy { $0["code"]?.text != telling.code }
    }
    try checkLog(of: telling)
  }

  /// A problem is logged once, as an error.
  private func checkLog(of telling: Telling) throws {
    let id = try telling.account.map { try account($0).rawValue }
    let lines = try gateway.log.split(separator: "\n").filter { line in
      line.contains(" error ") && line.contains("problem=\(telling.code)")
        && (id.map { line.contains("account=\($0) ") } ?? true)
    }
    #expect(lines.count == 1, "\(lines)")
  }

  /// The value of a row of `/metrics`; `nil` when there is none.
  func metric(_ row: String) async throws -> Double? {
    try await get("/metrics").body.split(separator: "\n").first { $0.hasPrefix(row + " ") }
      .flatMap { Double($0.dropFirst(row.count + 1)) }
  }

  /// Waits until a row of `/metrics` has a value.
  func waits(for row: String, toBe value: Double, within seconds: Double) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while case let found = try await metric(row), found != value {
      guard .now < deadline else {
        throw Gateway.Failure(description: "\(row) is \(found.map { "\($0)" } ?? "nowhere")")
      }
    }
  }

  /// How often the log has told of a lost shard, and how often the metrics have counted one.
  func shardLosses() async throws -> (logged: Int, counted: Double) {
    let logged = try gateway.log.split(separator: "\n").count {
      $0.contains("shard lost") || $0.contains("shard disabled")
    }
    var counted = 0.0
    for shard in 0..<shardCount {
      counted += try await metric("chat_relay_shard_losses_total{shard=\"\(shard)\"}") ?? 0
    }
    return (logged, counted)
  }
}

extension Client {
  /// The problems of the latest status; none as long as there was no status.
  fileprivate var problems: [JSON] {
    log.last { $0.type == "status" }?.json["health"]?["problems"]?.elements ?? []
  }
}
