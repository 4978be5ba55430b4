import Logging

extension SettingsReader {
  /// How much is logged; `standard` unless it is set.
  mutating func logLevel(else standard: Logger.Level) -> Logger.Level {
    guard let text = text(.logLevel) else { return standard }
    if let level = Logger.Level(rawValue: text) { return level }
    refuse(.logLevel, "one of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
    return standard
  }

  /// The logger of a command, with the level that is set.
  mutating func logger(from standard: Logger.Level) -> Logger {
    Logger(level: SharedLogLevel(logLevel(else: standard)))
  }
}
