import Testing

/// What operators see of a fault: in the log, and in the metrics.
struct Sight: Sendable {
  /// What the log says, as regular expressions, with how many of its lines say so: one for each time that the fault is made.
  var log: KeyValuePairs<String, Int> = [:]
  /// Rows of `/metrics`, without the `chat_relay_` that they begin with, and by how much each grows at least.
  var metrics: KeyValuePairs<String, Double> = [:]

  /// What goes wrong is no matter for operators.
  static let nothing = Sight()

  /// The words for the loss of a shard's session, whether its socket ends first or Twitch says first that it is disabled.
  static func lost(_ shard: String) -> String { "shard=\(shard) .*shard (lost|disabled)" }

  /// The row of calls to Helix that ended so.
  static func calls(_ method: String, _ endpoint: String, _ status: String) -> String {
    #"helix_calls_total{endpoint="\#(endpoint)",method="\#(method)",status="\#(status)"}"#
  }

  /// The loss of one session of a shard.
  static func losing(_ shard: String) -> Sight {
    Sight(log: [lost(shard): 1], metrics: [#"shard_losses_total{shard="\#(shard)"}"#: 1])
  }

  /// A planned reconnect of a shard that came to nothing.
  static func failingToMove(_ shard: String) -> Sight {
    Sight(
      log: ["shard=\(shard) .*planned reconnect failed": 1],
      metrics: [#"shard_connect_failures_total{shard="\#(shard)"}"#: 1])
  }
}

extension Scene {
  /// What operators see at some time.
  struct Outlook: Sendable {
    fileprivate var program: Int32 = 0
    fileprivate var log: [Substring] = []
    fileprivate var metrics: [String: Double] = [:]

    /// Before the program was started.
    static let start = Outlook()

    /// What came since then. Another program counts anew, and has a log of its own.
    fileprivate func news(since before: Outlook) -> Outlook {
      guard before.program == program else { return self }
      var news = self
      news.log.removeFirst(before.log.count)
      news.metrics = metrics.reduce(into: [:]) { $0[$1.key] = $1.value - (before.metrics[$1.key] ?? 0) }
      return news
    }
  }

  /// What operators see now.
  func outlook() async throws -> Outlook {
    let page = try await get("/metrics").body.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let rows = page.compactMap { line in
      line.lastIndex(of: " ").flatMap { space in
        Double(line[line.index(after: space)...]).map { (String(line[..<space]), $0) }
      }
    }
    let gateway = try gateway
    return Outlook(
      program: gateway.processID, log: gateway.log.split(separator: "\n"),
      metrics: Dictionary(uniqueKeysWithValues: rows))
  }

  /// Sees that the log has what it should, as often as it should, and the metrics, too.
  func isSeen(_ sight: Sight, since before: Outlook, within seconds: Double = 5) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var news = try await outlook().news(since: before)
    // Some is logged a second later, with what else comes.
    while try !sight.isAllThere(in: news), ContinuousClock.now < deadline {
      news = try await outlook().news(since: before)
    }
    for (words, count) in sight.log {
      let lines = try news.lines(with: words)
      #expect(lines.count == count, "\(words): \(news.log.joined(separator: "\n"))")
    }
    for (row, growth) in sight.metrics {
      #expect(news.growth(of: row) >= growth, "\(row) grew by \(news.growth(of: row)): \(news.grown)")
    }
  }
}

extension Scene.Fault {
  /// All that operators see of it on one line, the problem that clients are told included; `nil` when it is nothing.
  var sight: String? {
    let problem = told.map { ["\"problem=\($0.code)\""] } ?? []
    let words = problem + seen.log.map { ($0.value == 1 ? "" : "\($0.value) × ") + "\"\($0.key)\"" }
    let log = words.isEmpty ? [] : ["log: " + words.joined(separator: ", ")]
    let rows =
      (told.map { ["problems{code=\"\($0.code)\"}"] } ?? []) + seen.metrics.map { "\($0.key) +\(Int($0.value))" }
    let all = log + rows
    return all.isEmpty ? nil : all.joined(separator: "; ")
  }
}

extension Sight {
  /// Whether nothing of it is still missing.
  fileprivate func isAllThere(in news: Scene.Outlook) throws -> Bool {
    try log.allSatisfy { try news.lines(with: $0.key).count >= $0.value }
      && metrics.allSatisfy { news.growth(of: $0.key) >= $0.value }
  }
}

extension Scene.Outlook {
  fileprivate func lines(with words: String) throws -> [Substring] {
    let words = try Regex(words)
    return log.filter { $0.contains(words) }
  }

  fileprivate func growth(of row: String) -> Double { metrics["chat_relay_\(row)"] ?? 0 }

  /// What did grow.
  fileprivate var grown: [String] { metrics.filter { $0.value > 0 }.map { "\($0.key) \($0.value)" }.sorted() }
}
