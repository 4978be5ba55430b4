import Metrics
import Prometheus
import Storage
import Twitch

/// Everything that a gateway counts about itself, recorded through swift-metrics (docs/metrics.md lists it).
///
/// What happens with each message is counted as it happens, in counters that neither lock nor allocate. What others count already,
/// and what is a state rather than a count, is looked up when somebody asks for the metrics.
final class RelayMetrics {
  private let registry = PrometheusRegistry(helps: MetricName.helps, buckets: MetricName.buckets)

  private let deliveredFrames: Counter
  private let deliveredBytes: Counter
  private let connectionsOpened: Counter
  private let slowConsumers: Counter
  private let resumes: Counter
  private let gaps: Counter
  private let loopLag: Recorder
  private let sendSeconds: Recorder
  private var messages: [EventKind: Counter] = [:]
  private var sends: Set<SendLabels> = []
  private var counters: [Key: Counter] = [:]
  private var mirrors: [Key: Mirror] = [:]
  private var totals: [String: (counter: FloatingPointCounter, value: Double)] = [:]

  private struct SendLabels: Hashable {
    var outcome: String
    var reason: String
  }

  private struct Key: Hashable {
    var name: String
    var labels: [String]
  }

  /// A count that somebody else keeps, as far as it was taken over.
  private struct Mirror {
    var counter: Counter
    var value = 0
  }

  init() {
    let registry = registry
    func counter(_ name: String) -> Counter { Counter(label: name, factory: registry) }
    deliveredFrames = counter(MetricName.deliveredFrames)
    deliveredBytes = counter(MetricName.deliveredBytes)
    connectionsOpened = counter(MetricName.connectionsOpened)
    slowConsumers = counter(MetricName.slowConsumers)
    resumes = counter(MetricName.resumes)
    gaps = counter(MetricName.gaps)
    loopLag = Recorder(label: MetricName.loopLag, factory: registry)
    sendSeconds = Recorder(label: MetricName.sendSeconds, factory: registry)
  }

  /// Everything, as Prometheus reads it.
  var text: String { registry.text() }

  /// A connection was let in.
  func opened() { connectionsOpened.increment() }

  /// A connection began with what it had missed.
  func resumed() { resumes.increment() }

  /// A connection was told that something is missing, when it came back.
  func toldGap() { gaps.increment() }

  /// The event loop was so late with something.
  func waited(_ lag: Duration) { loopLag.record(lag / .seconds(1)) }

  /// A message was handed to that many connections.
  func delivered(_ bytes: Int, to connections: Int) {
    guard connections > 0 else { return }
    deliveredFrames.increment(by: connections)
    deliveredBytes.increment(by: bytes * connections)
  }

  /// Twitch delivered something.
  func received(_ event: Event) {
    let kind = event.kind
    if let counter = messages[kind] { return counter.increment() }
    let counter = Counter(label: MetricName.messages, dimensions: [("type", kind.rawValue)], factory: registry)
    messages[kind] = counter
    counter.increment()
  }

  /// A connection is over.
  func closed(_ code: UInt16) {
    // Peers may send any code: those that nobody has named are one.
    let label = (1000...1015).contains(code) || (4000...4007).contains(code) ? code : 0
    let name = label == 0 ? "other" : "\(label)"
    counter(MetricName.connectionsClosed, [("code", name)]).increment()
    if code == CloseCode.tryAgainLater.rawValue { slowConsumers.increment() }
  }

  /// A line was answered for, after so long.
  func sent(_ outcome: Submission.Outcome, after time: Duration) {
    var labels =
      switch outcome {
      case .sent: SendLabels(outcome: "sent", reason: "")
      case .dropped(let code, _): SendLabels(outcome: "dropped", reason: Self.word(code))
      case .failed(let error): SendLabels(outcome: "failed", reason: error.code.rawValue)
      }
    // Twitch's words are an open set; a metric must not be one.
    if sends.count >= 60, !sends.contains(labels) { labels.reason = "other" }
    sends.insert(labels)
    counter(MetricName.sends, [("outcome", labels.outcome), ("reason", labels.reason)]).increment()
    sendSeconds.record(time / .seconds(1))
  }

  /// A call to Helix came to an end.
  func called(_ method: String, _ endpoint: String, _ status: String) {
    counter(MetricName.helixCalls, [("method", method), ("endpoint", endpoint), ("status", status)]).increment()
  }

  /// The counter of that name and with those labels, which is kept.
  private func counter(_ name: String, _ labels: [(String, String)]) -> Counter {
    let key = Key(name: name, labels: labels.map(\.1))
    if let counter = counters[key] { return counter }
    let counter = Counter(label: name, dimensions: labels, factory: registry)
    counters[key] = counter
    return counter
  }

  /// Says how something is at the moment.
  func set(_ name: String, _ value: Double, _ labels: [(String, String)] = []) {
    Meter(label: name, dimensions: labels, factory: registry).set(value)
  }

  /// Takes over a count that somebody else keeps, and that only grows.
  func mirror(_ name: String, _ value: Int, _ labels: [(String, String)] = []) {
    let key = Key(name: name, labels: labels.map(\.1))
    var mirror = mirrors[key] ?? Mirror(counter: Counter(label: name, dimensions: labels, factory: registry))
    // What counts from the beginning again, as a shard does that was taken away for a while, begins again here.
    mirror.counter.increment(by: value >= mirror.value ? value - mirror.value : value)
    mirror.value = value
    mirrors[key] = mirror
  }

  /// Takes over a time that somebody else adds up.
  func total(_ name: String, _ value: Double) {
    let known = totals[name] ?? (FloatingPointCounter(label: name, factory: registry), 0)
    if value > known.value { known.counter.increment(by: value - known.value) }
    totals[name] = (known.counter, max(value, known.value))
  }

  /// A code as far as it looks like one.
  private static func word(_ code: String) -> String {
    let isWord = code.utf8.count <= 40 && code.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f }
    return isWord && !code.isEmpty ? code : "other"
  }
}

/// What an event is, in the words of Twitch's subscription types.
private enum EventKind: String {
  case message = "channel.chat.message"
  case notice = "channel.chat.notification"
  case messageDelete = "channel.chat.message_delete"
  case clearUserMessages = "channel.chat.clear_user_messages"
  case clear = "channel.chat.clear"
  case streamOnline = "stream.online"
  case streamOffline = "stream.offline"
  case channelUpdate = "channel.update"
  case shardDisabled = "conduit.shard.disabled"
  case unknown
}

extension Event {
  fileprivate var kind: EventKind {
    switch self {
    case .message: .message
    case .notice: .notice
    case .messageDelete: .messageDelete
    case .clearUserMessages: .clearUserMessages
    case .clear: .clear
    case .streamOnline: .streamOnline
    case .streamOffline: .streamOffline
    case .channelUpdate: .channelUpdate
    case .shardDisabled: .shardDisabled
    case .unknown: .unknown
    }
  }
}
