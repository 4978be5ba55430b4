import Logging
import Synchronization

/// How much is logged, for a logger and all of its copies: a change reaches them while they are in use.
final class SharedLogLevel: Sendable {
  private let level: Mutex<Logger.Level>

  init(_ level: Logger.Level) { self.level = Mutex(level) }

  var value: Logger.Level {
    get { level.withLock { $0 } }
    set { level.withLock { $0 = newValue } }
  }
}

extension Logger {
  /// A logger that writes to standard error, which keeps standard output for what a command has to say.
  init(level: SharedLogLevel) {
    self.init(label: "chat-relay") { label in
      Handler(base: StreamLogHandler(label: label, stream: LogStream.standardError), level: level)
    }
  }

  /// Writes what a handler writes; how much is decided elsewhere.
  private struct Handler: LogHandler {
    var base: StreamLogHandler
    let level: SharedLogLevel

    var logLevel: Logger.Level {
      get { level.value }
      set { level.value = newValue }
    }
    var metadata: Logger.Metadata {
      get { base.metadata }
      set { base.metadata = newValue }
    }
    var metadataProvider: Logger.MetadataProvider? {
      get { base.metadataProvider }
      set { base.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { base[metadataKey: key] }
      set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { base.log(event: event) }
  }
}
