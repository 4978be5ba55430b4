import Crypto
import FoundationEssentials
import HTTPTypes
import Twitch
import WebSockets

/// `GET /metrics`.
extension Relay {
  /// How often it is measured how late the event loop is.
  private static let lagInterval: Duration = .seconds(1)

  /// Gives the metrics to whoever may have them: to this machine, or with the token if there is one.
  func metricsResponse(to request: Request) async -> Response {
    if let refusal = request.refusalUnlessRead { return refusal }
    if let token = configuration.metricsToken {
      guard Self.isBearer(of: token.reveal(), request.headers[.authorization]) else {
        var response = Response.text("This takes the token for the metrics.\n", status: .unauthorized)
        response.headers[.wwwAuthenticate] = "Bearer"
        return response
      }
    } else {
      guard Self.isLocal(request) else {
        return .text("The metrics are for this machine alone.\n", status: .forbidden)
      }
    }
    let usage = await Self.usage()
    collect(usage)
    return Response(
      .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
      body: Data(metrics.text.utf8))
  }

  /// Measures, again and again, how much later than planned something happens on the loop.
  func measureLag() async {
    while true {
      let planned = ContinuousClock.now + Self.lagInterval
      guard (try? await loop.sleep(for: Self.lagInterval)) != nil else { return }
      metrics.waited(max(.zero, .now - planned))
    }
  }

  /// Whether a request comes from this machine and was handed on by nobody.
  private static func isLocal(_ request: Request) -> Bool {
    guard !forwardingHeaders.contains(where: { request.headers[$0] != nil }) else { return false }
    return request.remoteAddress.hasPrefix("127.") || ["::1", "::ffff:127.0.0.1"].contains(request.remoteAddress)
  }

  /// What proxies add to requests.
  static let forwardingHeaders = [
    "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP",
  ].map { HTTPField.Name.known($0) }

  /// Takes as long for a wrong token as for the right one.
  private static func isBearer(of token: String, _ authorization: String?) -> Bool {
    guard let authorization, authorization.lowercased().hasPrefix("bearer ") else { return false }
    let given = authorization.dropFirst("bearer ".count)
    return SHA256.hash(data: Data(given.utf8)) == SHA256.hash(data: Data(token.utf8))
  }

  @concurrent private static func usage() async -> ProcessUsage { ProcessUsage.current() }

  // What is looked up when somebody asks.

  private func collect(_ usage: ProcessUsage) {
    collectClients()
    collectPool(pool.status)
    collectSending()
    collectHistory()
    for code in Health.Code.allCases {
      metrics.set(
        MetricName.problems, Double(health.told.count { $0.key.code == code }), [("code", code.rawValue)])
    }
    let values: [(String, Double?)] = [
      ("process_open_fds", usage.openDescriptors.map(Double.init)),
      ("process_max_fds", usage.descriptorLimit.map(Double.init)),
      ("process_resident_memory_bytes", usage.residentBytes.map(Double.init)),
      ("process_virtual_memory_bytes", usage.virtualBytes.map(Double.init)),
      ("process_start_time_seconds", usage.startedAt),
    ]
    for (name, value) in values { if let value { metrics.set(name, value) } }
    if let seconds = usage.processorSeconds { metrics.total("process_cpu_seconds_total", seconds) }
  }

  private func collectClients() {
    metrics.set(MetricName.connections, Double(rooms.values.reduce(0) { $0 + $1.connections.count }))
    metrics.mirror(MetricName.connectionsRefused, server?.turnedAway.count ?? 0)
    let watched = rooms.values.count(where: \.isWatched)
    metrics.set(MetricName.rooms, Double(watched), [("watched", "true")])
    metrics.set(MetricName.rooms, Double(rooms.count - watched), [("watched", "false")])
  }

  private func collectPool(_ status: ConduitStatus) {
    metrics.mirror(MetricName.duplicates, status.duplicates)
    for state in [ConduitStatus.Shard.State.connecting, .assigning, .ready] {
      metrics.set(
        MetricName.shards, Double(status.shards.count { $0.state == state }), [("state", state.rawValue)])
    }
    for shard in status.shards {
      let label = [("shard", "\(shard.id)")]
      metrics.set(MetricName.shardReady, shard.state == .ready ? 1 : 0, label)
      if let silence = shard.silence { metrics.set(MetricName.shardSilence, silence / .seconds(1), label) }
      metrics.mirror(MetricName.shardNotifications, shard.record.notifications, label)
      metrics.mirror(MetricName.shardLosses, shard.record.losses, label)
      metrics.mirror(MetricName.shardFailures, shard.record.failures, label)
      metrics.mirror(MetricName.shardAssignments, shard.record.assignments, label)
      metrics.mirror(MetricName.shardReconnects, shard.record.reconnects, label)
      metrics.mirror(MetricName.shardSkipped, shard.record.skipped, label)
      for (reason, count) in shard.record.ends {
        metrics.mirror(MetricName.shardEnds, count, label + [("reason", reason)])
      }
    }
    metrics.set(MetricName.subscriptions, Double(status.presentSubscriptions), [("state", "present")])
    metrics.set(MetricName.subscriptions, Double(status.missingSubscriptions), [("state", "missing")])
  }

  private func collectSending() {
    if let limit = helix.rateLimit(of: .app) {
      metrics.set(MetricName.rateLimitRemaining, Double(limit.remaining), [("bucket", "app")])
    }
    let chat = senders.values.compactMap { helix.rateLimit(of: .chat($0.twitchUser))?.remaining }
    if let least = chat.min() { metrics.set(MetricName.rateLimitRemaining, Double(least), [("bucket", "chat")]) }
    if let offset = helix.clockOffset { metrics.set(MetricName.clockOffset, offset) }
    let queues = writers.values.map(\.queueLength)
    metrics.set(MetricName.writers, Double(queues.count))
    metrics.set(MetricName.queuedLines, Double(queues.reduce(0, +)))
    metrics.set(MetricName.longestQueue, Double(queues.max() ?? 0))
  }

  private func collectHistory() {
    let status = historyKeeper.status
    metrics.mirror(MetricName.historyWritten, status.written)
    metrics.mirror(MetricName.historyDropped, status.dropped)
    metrics.mirror(MetricName.historyFlushes, status.flushes)
    metrics.mirror(MetricName.historyFailures, status.failures)
    metrics.total(MetricName.historyFlushSeconds, status.flushTime / .seconds(1))
    metrics.set(MetricName.historyWaiting, Double(status.waiting))
    metrics.set(MetricName.historyDegraded, status.degradedSince == nil ? 0 : 1)
  }
}
