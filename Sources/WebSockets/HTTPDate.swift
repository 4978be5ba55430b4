import Glibc

/// Times as HTTP writes them (RFC 9110 §5.6.7).
package enum HTTPDate {
  /// Now.
  static var now: String { text(unixSeconds: time(nil)) }

  /// A time in seconds since 1970, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  package static func text(unixSeconds: Int) -> String {
    var seconds = unixSeconds
    var parts = unsafe tm()
    _ = unsafe gmtime_r(&seconds, &parts)
    let day = unsafe Self.days[Int(parts.tm_wday)]
    let month = unsafe Self.months[Int(parts.tm_mon)]
    let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
    return unsafe "\(day), \(twoDigits(parts.tm_mday)) \(month) \(parts.tm_year + 1900) \(clock) GMT"
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func twoDigits(_ number: Int32) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
