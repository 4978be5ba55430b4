import Testing
import Twitch

@testable import ChatRelay

@Suite struct SendBudgetTests {
  private let start = ContinuousClock.now

  /// When lines would leave that all want to leave at once.
  private func departures(_ count: Int, isPrivileged: Bool) -> [Duration] {
    var budget = SendBudget()
    var now = start
    return (0..<count).map { _ in
      now = budget.earliest(in: "c", isPrivileged: isPrivileged, at: now)
      budget.spend(in: "c", at: now)
      return now - start
    }
  }

  @Test func aNobodySaysOneLineASecond() {
    #expect(departures(3, isPrivileged: false) == [.zero, .milliseconds(1100), .milliseconds(2200)])
  }

  @Test func inAnyThirtySecondsANobodySaysAtMostTwentyLines() {
    let times = departures(60, isPrivileged: false)
    for (first, last) in zip(times, times.dropFirst(20)) { #expect(last - first > .seconds(30)) }
  }

  @Test func whoIsPrivilegedSaysAHundred() {
    let times = departures(101, isPrivileged: true)
    #expect(times[99] == .zero)
    #expect(times[100] > .seconds(30))
  }

  @Test func linesInOtherChannelsCountForTheAccount() {
    var budget = SendBudget()
    for channel in 0..<20 { budget.spend(in: .init("\(channel)"), at: start) }
    #expect(budget.earliest(in: "new", isPrivileged: false, at: start) == start + .seconds(31))
    #expect(budget.earliest(in: "own", isPrivileged: true, at: start) == start)
  }

  @Test func theSecondIsCountedFromTheAnswer() {
    var budget = SendBudget()
    budget.spend(in: "c", at: start)
    budget.arrived(in: "c", at: start + .seconds(3))
    let now = start + .seconds(3)
    #expect(budget.earliest(in: "c", isPrivileged: false, at: now) == now + .milliseconds(1100))
  }
}

@Suite struct RequestBudgetTests {
  @Test func aFloodEmptiesItAndTimeFillsIt() {
    let start = ContinuousClock.now
    var budget = RequestBudget(at: start)
    for _ in 0..<100 { #expect(budget.take(at: start) == true) }
    #expect(budget.take(at: start) == false)
    #expect(budget.take(at: start + .milliseconds(50)) == true)
    #expect(budget.take(at: start + .milliseconds(50)) == false)
    let later = start + .seconds(3600)
    for _ in 0..<100 { #expect(budget.take(at: later) == true) }
    #expect(budget.take(at: later) == false)
  }
}
