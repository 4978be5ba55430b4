import ChatRelay
import Logging
import WebSockets

/// What SIGHUP does to a gateway: the settings, the certificate and the pages are read again, and taken on as far as a running
/// gateway can. When anything is wrong with them nothing changes.
struct Reload {
  private let read: () async throws -> ServeSettings
  private let level: SharedLogLevel
  private let logger: Logger
  /// What the gateway was started with: what cannot change while it runs is still like this.
  private let started: ServeSettings
  private var current: ServeSettings

  /// - Parameter read: reads the settings as they are now; throws what is wrong with them.
  init(
    _ settings: ServeSettings, level: SharedLogLevel, logger: Logger, read: @escaping () async throws -> ServeSettings
  ) {
    started = settings
    current = settings
    self.level = level
    self.logger = logger
    self.read = read
  }

  /// Does it once, and says in one line what became of it.
  mutating func run(on relay: Relay) async {
    do {
      let new = try await read()
      try await relay.adopt(new.relay)
      let (old, quieter) = (current, new.logLevel > current.logLevel)
      current = new
      // The line is to be seen when either of the two levels shows it.
      if !quieter { level.value = new.logLevel }
      logger.notice("Settings read again: \(summary(from: old))")
      level.value = new.logLevel
    } catch {
      let reason = "\(error)".split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "; ")
      logger.error("Settings read again and left as they were: \(reason)")
    }
  }

  private func summary(from old: ServeSettings) -> String {
    let changed = current.differences(from: old).filter { $0.mayChange && !isSwitchOfTLS($0) }
    let waiting = current.differences(from: started).filter { !$0.mayChange || isSwitchOfTLS($0) }
    let parts = [
      changed.isEmpty ? "nothing changed" : "changed " + changed.map(\.rawValue).joined(separator: ", "),
      waiting.isEmpty ? "" : "needs a restart: " + waiting.map(\.rawValue).joined(separator: ", "),
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// A server that listens speaks TLS, or does not.
  private func isSwitchOfTLS(_ setting: Setting) -> Bool {
    guard setting == .tlsCertificate || setting == .tlsKey else { return false }
    return (started.server.server.certificate == nil) != (current.server.server.certificate == nil)
  }
}
