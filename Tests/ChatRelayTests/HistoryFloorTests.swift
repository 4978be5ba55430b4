import Storage
import Testing

@testable import ChatRelay

/// From where on a room's history is kept.
@Suite struct HistoryFloorTests {
  @Test func soManyMessagesStayWhereNoTimeIsAskedFor() {
    var floor = HistoryFloor(HistoryRetention(messages: 50, minutes: 0))
    #expect(floor.place(at: 0) == nil)
    for number: Int64 in 1...400 { floor.append(number, at: 7) }
    #expect(floor.place(at: 7) == 350)
    floor.append(401, at: 7)
    #expect(floor.place(at: 7) == 351)
  }

  @Test func whoAsksForNothingGetsNothing() {
    var floor = HistoryFloor(HistoryRetention(messages: 0, minutes: 0))
    floor.append(5, at: 7)
    #expect(floor.place(at: 7) == 5)
  }

  @Test func fewerMessagesThanAreAskedForAllStay() {
    var floor = HistoryFloor(HistoryRetention(messages: 50, minutes: 0))
    for number: Int64 in 1...49 { floor.append(number, at: 7) }
    #expect(floor.place(at: 1_000_000) == nil)
  }

  @Test func soMuchTimeStaysHoweverManyMessagesThatAre() throws {
    var floor = HistoryFloor(HistoryRetention(messages: 100, minutes: 1))
    // Ten a second for five minutes.
    for number: Int64 in 1...3000 { floor.append(number, at: number * 100) }
    let place = try #require(floor.place(at: 300_000))
    // A minute is 600 messages; a sixty-fourth of them more may stay.
    #expect((2380...2400).contains(place))
    // When nobody speaks any more, time goes on, but so many stay.
    let later = try #require(floor.place(at: 3_000_000))
    #expect((2885...2900).contains(later))
  }
}
