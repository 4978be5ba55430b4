import Logging

extension SettingsReader {
  /// A logger that writes to standard error, which keeps standard output for what a command has to say.
  mutating func logger(from standard: Logger.Level) -> Logger {
    var logger = Logger(label: "chat-relay") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = standard
    guard let text = text(.logLevel) else { return logger }
    if let level = Logger.Level(rawValue: text) {
      logger.logLevel = level
    } else {
      refuse(.logLevel, "one of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return logger
  }
}
