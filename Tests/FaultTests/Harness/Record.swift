import Foundation

/// One row of docs/reliability.md.
struct Record: Encodable {
  /// What went wrong.
  var fault: String
  /// How it was made.
  var made: String
  /// How long the recovery may take, in seconds; `nil` where the bound is something else.
  var bound: Double?
  /// What counts as recovered.
  var recovered: String
  /// How long it took.
  var measured: Double?
  /// `nil` where nobody talked.
  var delivered: Int?
  var lost: Int?
  var doubled: Int?
  var outOfOrder: Int?
  /// Lines that Twitch had nowhere to deliver to.
  var undelivered: Int?
  /// How often the client was told that something may be missing.
  var gaps: Int?
  /// What clients were told of in `status`, if they were.
  var told: String?
  /// What operators see of it in the log and in the metrics; `nil` where that is nothing.
  var seen: String?
  /// What `swift test --filter` is to be given.
  var filter: String
  /// Anything else worth knowing.
  var note: String?

  mutating func enter(_ accounting: Accounting) {
    delivered = accounting.delivered
    lost = accounting.lost.count
    doubled = accounting.doubled.count
    outOfOrder = accounting.outOfOrder.count
    undelivered = accounting.undelivered
  }

  /// Appends it to the file that CHAT_RELAY_RELIABILITY names, if it names one.
  func write() throws {
    guard let path = Record.path else { return }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = try encoder.encode(self) + Data("\n".utf8)
    if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    guard let file = FileHandle(forWritingAtPath: path) else { return }
    try file.seekToEnd()
    try file.write(contentsOf: line)
    try file.close()
  }

  /// Whether this run measures: then everything has the size that docs/reliability.md speaks of. Else what takes thousands of
  /// channels or browsers is made with as many as other tests can bear beside it.
  static var isAtFullSize: Bool { path != nil }

  private static var path: String? {
    ProcessInfo.processInfo.environment["CHAT_RELAY_RELIABILITY"].flatMap { $0.isEmpty ? nil : $0 }
  }
}
