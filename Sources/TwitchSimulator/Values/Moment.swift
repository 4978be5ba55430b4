/// A point in the simulator's time, in nanoseconds since 1970.
struct Moment: Comparable, Hashable, Sendable {
  var nanoseconds: Int64

  static func < (a: Moment, b: Moment) -> Bool { a.nanoseconds < b.nanoseconds }
  static func + (moment: Moment, seconds: Double) -> Moment {
    let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(Int64(min(seconds, 9e9) * 1e9))
    return overflow ? .distantFuture : Moment(nanoseconds: sum)
  }
  static func - (a: Moment, b: Moment) -> Double { Double(a.nanoseconds - b.nanoseconds) / 1e9 }

  static let distantFuture = Moment(nanoseconds: .max)

  var unixSeconds: Int { Int(nanoseconds / 1_000_000_000) }

  /// RFC 3339 with nanoseconds whose trailing zeros are cut off, as Go prints it.
  var timestamp: String {
    let fraction = String(nanoseconds % 1_000_000_000)
    var digits = String(repeating: "0", count: 9 - fraction.count) + fraction
    while digits.last == "0" { digits.removeLast() }
    return timestampInSeconds.dropLast() + (digits.isEmpty ? "Z" : ".\(digits)Z")
  }

  /// RFC 3339 in whole seconds.
  var timestampInSeconds: String {
    let seconds = nanoseconds / 1_000_000_000
    let (year, month, day) = Moment.date(daysSince1970: seconds / 86_400)
    let second = seconds % 86_400
    return "\(year)-\(Moment.two(month))-\(Moment.two(day))"
      + "T\(Moment.two(second / 3_600)):\(Moment.two(second / 60 % 60)):\(Moment.two(second % 60))Z"
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The Gregorian date, counted in eras of 400 years that begin in March.
  private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}
