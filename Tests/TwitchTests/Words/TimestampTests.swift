import Foundation
import Testing

@testable import Twitch

@Suite struct TimestampTests {
  @Test func aDateHeaderIsRead() {
    #expect(Timestamp(http: "Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp("1994-11-06T08:49:37Z"))
    #expect(Timestamp(http: "Wed, 31 Dec 2026 23:59:59 GMT") == Timestamp("2026-12-31T23:59:59Z"))
  }

  @Test(arguments: [
    "", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT",
  ])
  func anyOtherDateHeaderIsNone(text: String) {
    #expect(Timestamp(http: text) == nil)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0, 0),
    ("2026-03-14T18:00:00.104472057Z", 1_773_511_200, 104_472_057),
    ("2026-03-14T18:00:01.72563402Z", 1_773_511_201, 725_634_020),
    ("2026-03-14T18:00:01.5Z", 1_773_511_201, 500_000_000),
    ("2026-03-14T18:00:01Z", 1_773_511_201, 0),
    ("2026-03-14t18:00:01.000000001z", 1_773_511_201, 1),
    ("2026-03-14T20:00:01+02:00", 1_773_511_201, 0),
    ("2026-03-14T12:30:01-05:30", 1_773_511_201, 0),
    ("2024-02-29T12:00:00Z", 1_709_208_000, 0),
    ("2000-02-29T00:00:00Z", 951_782_400, 0),
    ("1969-12-31T23:59:59.9Z", -1, 900_000_000),
    ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
    ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
  ])
  func readsRFC3339(_ text: String, seconds: Int64, nanoseconds: Int32) throws {
    let timestamp = try #require(Timestamp(text))
    #expect(timestamp.seconds == seconds)
    #expect(timestamp.nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "2026", "2026-03-14", "2026-03-14T18:00Z", "2026-03-14T18:00:01", "2026-03-14T18:00:01.Z",
    "2026-03-14T18:00:01.0123456789Z", "2026-13-14T18:00:01Z", "2026-00-14T18:00:01Z", "2025-02-29T18:00:01Z",
    "2100-02-29T00:00:00Z", "2026-04-31T18:00:01Z", "2026-03-14T24:00:01Z", "2026-03-14T18:60:01Z",
    "2026-03-14T18:00:61Z", "2026-03-14T18:00:01+2:00", "2026-03-14T18:00:01Z ", "2026-03-14T18:00:01+24:00",
    "２026-03-14T18:00:01Z", "20260314T180001Z", "2026-03-14T18:00:01.-5Z",
  ])
  func refusesEverythingElse(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func agreesWithTheCalendarOnEachDayOfAnEra() throws {
    var date = try #require(Timestamp("1999-12-31T12:34:56Z")).date
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for _ in 0..<40_000 {
      date += 86_400
      let day = calendar.dateComponents([.year, .month, .day], from: date)
      let (year, month, dayOfMonth) = (try #require(day.year), try #require(day.month), try #require(day.day))
      let text = "\(year)-\(month < 10 ? "0" : "")\(month)-\(dayOfMonth < 10 ? "0" : "")\(dayOfMonth)T12:34:56Z"
      try #require(Timestamp(text)?.date == date)
    }
  }

  @Test func keepsTheOrderOfNanoseconds() throws {
    let earlier = try #require(Timestamp("2026-03-14T18:00:00.104472057Z"))
    let later = try #require(Timestamp("2026-03-14T18:00:00.104472058Z"))
    #expect(earlier < later)
    #expect(earlier.milliseconds == 1_773_511_200_104)
  }

  @Test func goesThroughADate() throws {
    let timestamp = Timestamp(Date(timeIntervalSince1970: -0.25))
    #expect(timestamp.seconds == -1)
    #expect(timestamp.nanoseconds == 750_000_000)
    #expect(timestamp.date == Date(timeIntervalSince1970: -0.25))
  }
}
