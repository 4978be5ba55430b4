import Testing
import Twitch

@testable import ChatRelay

@Suite struct SendBudgetTests {
  private let start = ContinuousClock.now

  /// When lines would leave that all want to leave at once, and are answered for at once.
  private func departures(_ count: Int, isPrivileged: Bool, slowMode: Duration = .zero) -> [Duration] {
    var budget = SendBudget()
    var now = start
    return (0..<count).map { _ in
      now = budget.earliest(in: "c", isPrivileged: isPrivileged, slowMode: slowMode, at: now)
      budget.say(in: "c", at: now)
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

  @Test func slowModeIsForThoseWithoutPrivileges() {
    #expect(departures(2, isPrivileged: false, slowMode: .seconds(10))[1] > .seconds(10))
    #expect(departures(2, isPrivileged: true, slowMode: .seconds(10))[1] == .zero)
  }

  @Test func whatWasSaidBeforeIsToldInAnyOrder() {
    var budget = SendBudget()
    budget.saw("b", in: "c", at: start - .milliseconds(100))
    budget.saw("a", in: "c", at: start - .seconds(20))
    #expect(budget.earliest(in: "c", isPrivileged: false, at: start) == start + .seconds(1))
  }

  @Test func linesInOtherChannelsCountForTheAccount() {
    var budget = SendBudget()
    for channel in 0..<20 { budget.say(in: .init("\(channel)"), at: start) }
    #expect(budget.earliest(in: "new", isPrivileged: false, at: start) == start + .seconds(31))
    #expect(budget.earliest(in: "own", isPrivileged: true, at: start) == start)
  }

  @Test func theSecondIsCountedFromTheAnswer() {
    var budget = SendBudget()
    let ticket = budget.spend(in: "c", at: start)
    budget.arrived(ticket, as: nil, in: "c", isPrivileged: false, at: start + .seconds(3))
    let now = start + .seconds(3)
    #expect(budget.earliest(in: "c", isPrivileged: false, at: now) == now + .milliseconds(1100))
  }

  @Test func theThirtySecondsAreCountedFromTheAnswersToo() {
    var budget = SendBudget()
    for channel in 0..<20 {
      let channel = TwitchUserID("\(channel)")
      let ticket = budget.spend(in: channel, at: start)
      budget.arrived(ticket, as: nil, in: channel, isPrivileged: false, at: start + .seconds(9))
    }
    let now = start + .seconds(31)
    #expect(budget.earliest(in: "new", isPrivileged: false, at: now) == start + .seconds(40))
  }

  @Test func aLineOnItsWayCountsAsOfNow() {
    var budget = SendBudget()
    for channel in 0..<20 { _ = budget.spend(in: .init("\(channel)"), at: start) }
    let now = start + .seconds(60)
    #expect(budget.earliest(in: "new", isPrivileged: false, at: now) == now + .seconds(31))
  }

  @Test func aLineOfWhichNobodyWillTellIsForgottenInTheEnd() {
    var budget = SendBudget()
    for channel in 0..<20 { _ = budget.spend(in: .init("\(channel)"), at: start) }
    budget.settle(at: start)
    let end = start + .seconds(31)
    #expect(budget.earliest(in: "new", isPrivileged: false, at: start) == end)
    #expect(budget.earliest(in: "new", isPrivileged: false, at: end) == end)
  }

  @Test func whatDidNotLeaveDoesNotCount() {
    var budget = SendBudget()
    for channel in 0..<40 {
      let ticket = budget.spend(in: .init("\(channel)"), at: start)
      budget.refund(ticket)
    }
    #expect(budget.earliest(in: "new", isPrivileged: false, at: start) == start)
    // Its channel's slow mode goes by the line before.
    budget.arrived(budget.spend(in: "slow", at: start), as: nil, in: "slow", isPrivileged: false, at: start)
    let before = budget.earliest(in: "slow", isPrivileged: false, slowMode: .seconds(30), at: start)
    budget.refund(budget.spend(in: "slow", at: start + .seconds(31)))
    #expect(budget.earliest(in: "slow", isPrivileged: false, slowMode: .seconds(30), at: start) == before)
  }

  @Test func whatTheAccountSaysElsewhereCountsOnce() {
    var budget = SendBudget()
    for number in 0..<19 { budget.saw(.init("m\(number)"), in: .init("\(number)"), at: start) }
    // An echo that is faster than the answer, and comes twice.
    let ticket = budget.spend(in: "c", at: start)
    budget.saw("own", in: "c", at: start)
    budget.arrived(ticket, as: "own", in: "c", isPrivileged: false, at: start)
    budget.saw("own", in: "c", at: start)
    #expect(budget.earliest(in: "19", isPrivileged: true, at: start) == start)
    #expect(budget.earliest(in: "new", isPrivileged: false, at: start) == start + .seconds(31))
    var one = SendBudget()
    for number in 0..<18 { one.saw(.init("m\(number)"), in: .init("\(number)"), at: start) }
    one.saw("m0", in: "0", at: start)
    one.saw("own", in: "c", at: start)
    #expect(one.earliest(in: "new", isPrivileged: false, at: start) == start)
  }

  @Test func whoIsTooFastFallsSilentForLongerAndLonger() {
    var budget = SendBudget()
    budget.exceeded(at: start)
    #expect(budget.earliest(in: "c", isPrivileged: false, at: start) == start + .seconds(31))
    #expect(budget.earliest(in: "c", isPrivileged: true, at: start) == start)
    budget.exceeded(at: start)
    #expect(budget.earliest(in: "c", isPrivileged: false, at: start) == start + .seconds(62))
    for _ in 0..<10 { budget.exceeded(at: start) }
    #expect(budget.earliest(in: "c", isPrivileged: false, at: start) == start + .seconds(600))
    let end = start + .seconds(600)
    let ticket = budget.spend(in: "c", at: end)
    budget.arrived(ticket, as: "m", in: "c", isPrivileged: false, at: end)
    budget.exceeded(at: end)
    #expect(budget.earliest(in: "d", isPrivileged: false, at: end) == end + .seconds(31))
  }

  @Test func aSilenceIsOnlyOverForWhoWasHeardAfterIt() {
    var budget = SendBudget()
    let underWay = budget.spend(in: "c", at: start)
    budget.exceeded(at: start)
    let end = start + .seconds(31)
    budget.arrived(underWay, as: "late", in: "c", isPrivileged: false, at: start + .seconds(1))
    #expect(budget.earliest(in: "d", isPrivileged: false, at: start + .seconds(1)) == end)
    budget.arrived(budget.spend(in: "own", at: end), as: "own", in: "own", isPrivileged: true, at: end)
    budget.exceeded(at: end)
    #expect(budget.earliest(in: "d", isPrivileged: false, at: end) == end + .seconds(62))
  }
}

extension SendBudget {
  /// A line leaves, and Twitch has it at once.
  fileprivate mutating func say(in channel: TwitchUserID, at now: ContinuousClock.Instant) {
    arrived(spend(in: channel, at: now), as: nil, in: channel, isPrivileged: false, at: now)
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
