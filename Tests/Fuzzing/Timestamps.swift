@testable import Twitch

/// Moments as Twitch writes them: what is read, written again in UTC, is the same moment. Two lines, two moments.
func readTimestamp(_ bytes: [UInt8]) {
  var input = Input(bytes)
  guard let first = Timestamp(input.line()) else { return }
  // An offset may lead out of the years that have four digits.
  guard (0...9999).contains(civil(first).year) else { return }
  let text = utc(first)
  promise(Timestamp(text) == first, "\(text) is the same moment")
  promise((0..<1_000_000_000).contains(first.nanoseconds), "a second has a thousand million nanoseconds")
  guard let second = Timestamp(input.line()), (0...9999).contains(civil(second).year) else { return }
  promise((first < second) == (text < utc(second)), "moments keep their order")
  promise(first > second || first.milliseconds <= second.milliseconds, "so do their milliseconds")
}

/// The date by counting, after https://howardhinnant.github.io/date_algorithms.html#civil_from_days.
private func civil(_ moment: Timestamp) -> (year: Int64, month: Int64, day: Int64) {
  let days = (moment.seconds - (moment.seconds % 86400 + 86400) % 86400) / 86400 + 719_468
  let era = (days >= 0 ? days : days - 146_096) / 146_097
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
}

private func utc(_ moment: Timestamp) -> String {
  let (year, month, day) = civil(moment)
  let clock = (moment.seconds % 86400 + 86400) % 86400
  func digits(_ value: Int64, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
  return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    + "T\(digits(clock / 3600, 2)):\(digits(clock / 60 % 60, 2)):\(digits(clock % 60, 2))"
    + ".\(digits(Int64(moment.nanoseconds), 9))Z"
}
