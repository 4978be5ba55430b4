/// What the metrics are called, and what they mean.
enum MetricName {
  static let connections = "chat_relay_connections"
  static let connectionsOpened = "chat_relay_connections_opened_total"
  static let connectionsClosed = "chat_relay_connections_closed_total"
  static let connectionsRefused = "chat_relay_connections_refused_total"
  static let slowConsumers = "chat_relay_slow_consumers_closed_total"
  static let rooms = "chat_relay_rooms"
  static let messages = "chat_relay_messages_received_total"
  static let deliveredFrames = "chat_relay_delivered_frames_total"
  static let deliveredBytes = "chat_relay_delivered_bytes_total"
  static let duplicates = "chat_relay_duplicates_dropped_total"
  static let resumes = "chat_relay_resumes_total"
  static let gaps = "chat_relay_gaps_told_total"
  static let shards = "chat_relay_shards"
  static let shardReady = "chat_relay_shard_ready"
  static let shardNotifications = "chat_relay_shard_notifications_total"
  static let shardSilence = "chat_relay_shard_silence_seconds"
  static let shardLosses = "chat_relay_shard_losses_total"
  static let shardFailures = "chat_relay_shard_connect_failures_total"
  static let shardEnds = "chat_relay_shard_ends_total"
  static let shardAssignments = "chat_relay_shard_assignments_total"
  static let shardReconnects = "chat_relay_shard_reconnects_total"
  static let shardSkipped = "chat_relay_shard_frames_skipped_total"
  static let subscriptions = "chat_relay_subscriptions"
  static let helixCalls = "chat_relay_helix_calls_total"
  static let rateLimitRemaining = "chat_relay_rate_limit_remaining"
  static let clockOffset = "chat_relay_clock_offset_seconds"
  static let sends = "chat_relay_sends_total"
  static let sendSeconds = "chat_relay_send_seconds"
  static let writers = "chat_relay_writers"
  static let queuedLines = "chat_relay_writer_queue_lines"
  static let longestQueue = "chat_relay_writer_queue_longest"
  static let historyWritten = "chat_relay_history_entries_written_total"
  static let historyDropped = "chat_relay_history_entries_dropped_total"
  static let historyWaiting = "chat_relay_history_waiting_bytes"
  static let historyFlushes = "chat_relay_history_flushes_total"
  static let historyFlushSeconds = "chat_relay_history_flush_seconds_total"
  static let historyFailures = "chat_relay_history_flush_failures_total"
  static let historyDegraded = "chat_relay_history_degraded"
  static let problems = "chat_relay_problems"
  static let loopLag = "chat_relay_event_loop_lag_seconds"

  static let helps = [
    connections: "WebSockets of clients that are open.",
    connectionsOpened: "WebSockets of clients that were let in.",
    connectionsClosed: "WebSockets of clients that are over, by close code; 1006 is one without a goodbye.",
    connectionsRefused: "Connections that were closed at once, all file descriptors being in use.",
    slowConsumers: "Clients that were closed because they read too slowly.",
    rooms: "Streams that are known, by whether somebody watches.",
    messages: "What Twitch delivered, each once, by subscription type.",
    deliveredFrames: "Messages handed to connections, once for each connection; replays excepted.",
    deliveredBytes: "The bytes of those messages.",
    duplicates: "Notifications that came once more and were dropped.",
    resumes: "Connections that began with what they had missed.",
    gaps: "How often a connection was told that something is missing, when it came back.",
    shards: "Shards that are wanted, by how far they are.",
    shardReady: "Whether Twitch delivers to the shard.",
    shardNotifications: "Notifications that came over the shard, repeated ones too.",
    shardSilence: "Seconds since Twitch was last heard on the shard's socket.",
    shardLosses: "Sessions of the shard that ended unplanned after they had been open.",
    shardFailures: "Connections of the shard that came to nothing, planned reconnects included.",
    shardEnds: "Ends of the shard's sessions, by reason.",
    shardAssignments: "How often Twitch confirmed an assignment of the shard.",
    shardReconnects: "Planned reconnects of the shard.",
    shardSkipped: "Frames of the shard that nobody can read or that mean nothing to us.",
    subscriptions: "Subscriptions that are wanted, by whether they are there.",
    helixCalls: "Calls to Twitch's API by their end: a status, or unreachable or unanswered.",
    rateLimitRemaining:
      "Points left in the application's bucket, and in the fullest-used bucket of an account that sends chat.",
    clockOffset: "How far Twitch's clock is ahead of ours.",
    sends: "Lines that clients wanted to send, by what became of them.",
    sendSeconds: "Seconds from a client's request to send until what became of it was told.",
    writers: "Pairs of an account and a channel that were made ready to send.",
    queuedLines: "Lines that wait to leave, in all queues.",
    longestQueue: "Lines that wait in the longest queue.",
    historyWritten: "Entries of history that were stored.",
    historyDropped: "Entries of history that were given up because they could not be stored.",
    historyWaiting: "Bytes of history that wait to be stored.",
    historyFlushes: "How often something was stored.",
    historyFlushSeconds: "How long that took altogether.",
    historyFailures: "How often something could not be stored.",
    historyDegraded: "Whether the disk takes nothing at the moment.",
    problems: "Problems that clients are told of in status, by code.",
    loopLag: "How much later than planned the event loop did something.",
  ]

  static let buckets = [
    sendSeconds: [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 5, 10, 20, 30, 60, 180],
    loopLag: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  ]
}
