import FoundationEssentials

/// Times as the tables keep them: milliseconds since 1970.
enum Timestamp {
  static var now: Int64 { milliseconds(.now) }

  static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }

  static func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
