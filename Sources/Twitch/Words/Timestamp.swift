public import FoundationEssentials

/// A moment as Twitch writes it: RFC 3339 with up to nine fractional digits, trailing zeros trimmed.
///
/// Exact to the nanosecond, which `Date` is not, so that equal texts are equal moments and messages keep their order.
public struct Timestamp: Hashable, Sendable {
  /// Whole seconds since 1970 in UTC.
  public let seconds: Int64
  /// What is left of the second, 0 to 999,999,999.
  public let nanoseconds: Int32

  /// Takes a moment as it is.
  init(seconds: Int64, nanoseconds: Int32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Reads RFC 3339 text: `2026-03-14T18:00:01.72563402Z`, any offset, 0 to 9 fractional digits; nil for anything else.
  public init?(_ text: some StringProtocol) {
    self.init(utf8: String(text).utf8Span.span)
  }

  /// Reads the same from bytes.
  init?(utf8 text: Span<UInt8>) {
    var scanner = Scanner()
    guard let year = scanner.number(4, text), scanner.skip("-", text), let month = scanner.number(2, text),
      scanner.skip("-", text), let day = scanner.number(2, text),
      scanner.skip("T", text) || scanner.skip("t", text) || scanner.skip(" ", text),
      let hour = scanner.number(2, text), scanner.skip(":", text), let minute = scanner.number(2, text),
      scanner.skip(":", text), let second = scanner.number(2, text), let nanoseconds = scanner.fraction(text),
      let offset = scanner.offset(text), scanner.place == text.count,
      (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
      hour < 24, minute < 60, second <= 60  // 60 is a leap second, counted as the next one
    else { return nil }
    let clock = Int64(hour * 3600 + minute * 60 + second - offset)
    self.seconds = Self.days(to: year, month, day) * 86_400 + clock
    self.nanoseconds = nanoseconds
  }

  /// Reads a `Date` header (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
  init?(http text: String) {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
    self.init("\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
  }

  /// Takes a moment from the program's own clock.
  public init(_ date: Date) {
    let whole = date.timeIntervalSince1970.rounded(.down)
    seconds = Int64(whole)
    nanoseconds = min(999_999_999, Int32((date.timeIntervalSince1970 - whole) * 1e9))
  }

  /// The moment for arithmetic with the program's own clock, good to about a microsecond.
  public var date: Date { Date(timeIntervalSince1970: Double(seconds) + Double(nanoseconds) / 1e9) }

  /// Milliseconds since 1970, what a browser's `Date` takes.
  public var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: (year.isMultiple(of: 4) && !year.isMultiple(of: 100)) || year.isMultiple(of: 400) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar, with the year turning in March so that leap days come last.
  private static func days(to year: Int, _ month: Int, _ day: Int) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
  }
}

extension Timestamp: Comparable {
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

extension Timestamp: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let moment = Timestamp(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
    }
    self = moment
  }
}

/// Where a timestamp is read, from left to right.
private struct Scanner {
  private(set) var place = 0

  /// Steps over a character; says whether it was there.
  @inline(__always) mutating func skip(_ character: Unicode.Scalar, _ text: Span<UInt8>) -> Bool {
    guard place < text.count, Unicode.Scalar(text[place]) == character else { return false }
    place += 1
    return true
  }

  /// A number of exactly that many digits.
  @inline(__always) mutating func number(_ count: Int, _ text: Span<UInt8>) -> Int? {
    var number = 0
    for _ in 0..<count {
      guard let digit = digit(text) else { return nil }
      number = number &* 10 &+ digit
    }
    return number
  }

  /// Nanoseconds from nothing, or from a point and one to nine digits.
  mutating func fraction(_ text: Span<UInt8>) -> Int32? {
    guard skip(".", text) else { return 0 }
    guard let first = digit(text) else { return nil }
    var (nanoseconds, count) = (first, 1)
    while count < 9, let digit = digit(text) {
      nanoseconds = nanoseconds &* 10 &+ digit
      count &+= 1
    }
    for _ in count..<9 { nanoseconds &*= 10 }
    return Int32(nanoseconds)
  }

  /// Seconds east of UTC.
  mutating func offset(_ text: Span<UInt8>) -> Int? {
    if skip("Z", text) || skip("z", text) { return 0 }
    let sign = skip("+", text) ? 1 : -1
    guard sign == 1 || skip("-", text), let hours = number(2, text), skip(":", text), let minutes = number(2, text),
      hours < 24, minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  @inline(__always) private mutating func digit(_ text: Span<UInt8>) -> Int? {
    guard place < text.count, case 0x30...0x39 = text[place] else { return nil }
    defer { place += 1 }
    return Int(text[place]) - 0x30
  }
}
