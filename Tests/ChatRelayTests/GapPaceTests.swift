import Testing

@testable import ChatRelay

@Suite struct GapPaceTests {
  private let start = ContinuousClock.now

  private func after(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  @Test func theFirstDoubtIsToldAtOnce() {
    var pace = GapPace()
    #expect(pace.doubt(isTold: false, at: start) == .tell)
  }

  @Test func aDoubtWithNothingSaidSinceTheLastGapIsToldAlready() {
    var pace = GapPace()
    #expect(pace.doubt(isTold: true, at: start) == .nothing)
    // That was no gap of ours: the next doubt does not wait for it.
    #expect(pace.doubt(isTold: false, at: start) == .tell)
  }

  @Test func whileEveryLineIsInDoubtAGapIsToldEveryTwoSecondsAndOnceAfterTheLast() {
    var pace = GapPace()
    var told: [Int] = []
    var wake: Int?
    // A line every 300 ms, each after a doubt; the last one at 4,800.
    for time in stride(from: 0, through: 10_000, by: 100) {
      if wake == time {
        wake = nil
        if pace.tick(isTold: false, at: after(time)) == .tell { told.append(time) }
      }
      guard time % 300 == 0, time < 5000 else { continue }
      switch pace.doubt(isTold: false, at: after(time)) {
      case .tell: told.append(time)
      case .wait(let end): wake = Int((end - start) / .milliseconds(1))
      case .nothing: break
      }
    }
    #expect(told == [0, 2000, 4000, 6000])
  }

  @Test func doubtsThatComeTogetherAreWaitedForOnce() {
    var pace = GapPace()
    #expect(pace.doubt(isTold: false, at: start) == .tell)
    #expect(pace.doubt(isTold: false, at: after(500)) == .wait(until: after(2000)))
    #expect(pace.doubt(isTold: false, at: after(900)) == .nothing)
    #expect(pace.tick(isTold: false, at: after(2000)) == .tell)
    #expect(pace.doubt(isTold: false, at: after(2100)) == .wait(until: after(4000)))
  }

  @Test func whatWasToldMeanwhileNeedsNoSecondGap() {
    var pace = GapPace()
    #expect(pace.doubt(isTold: false, at: start) == .tell)
    #expect(pace.doubt(isTold: false, at: after(500)) == .wait(until: after(2000)))
    #expect(pace.tick(isTold: true, at: after(2000)) == .nothing)
    #expect(pace.doubt(isTold: false, at: after(2001)) == .tell)
  }

  @Test func whatIsOutOfOrderIsToldBeforeItHoweverLittleTimeHasPassed() {
    var pace = GapPace()
    #expect(pace.doubt(isTold: false, at: start) == .tell)
    #expect(pace.disorder(isTold: false, at: after(100)) == .tell)
    #expect(pace.disorder(isTold: true, at: after(100)) == .nothing)
    #expect(pace.disorder(isTold: false, at: after(200)) == .tell)
    // What may be missing waits for it as for any gap.
    #expect(pace.doubt(isTold: false, at: after(300)) == .wait(until: after(2200)))
  }

  @Test func aDoubtThatWaitsIsToldWithWhatIsOutOfOrder() {
    var pace = GapPace()
    #expect(pace.doubt(isTold: false, at: start) == .tell)
    #expect(pace.doubt(isTold: false, at: after(500)) == .wait(until: after(2000)))
    #expect(pace.disorder(isTold: false, at: after(600)) == .tell)
    #expect(pace.tick(isTold: false, at: after(2000)) == .nothing)
    #expect(pace.doubt(isTold: false, at: after(2100)) == .wait(until: after(2600)))
    // The clock of the one who waits may be a little early.
    #expect(pace.tick(isTold: false, at: after(2599)) == .wait(until: after(2600)))
    #expect(pace.tick(isTold: false, at: after(2600)) == .tell)
  }

  @Test func afterThePauseADoubtIsToldAtOnce() {
    var pace = GapPace()
    #expect(pace.doubt(isTold: false, at: start) == .tell)
    #expect(pace.doubt(isTold: false, at: start + GapPace.pause) == .tell)
  }
}
