import Testing

@testable import Twitch

@Suite struct DoubtsTests {
  @Test func oneIsSettledByALookThatBeganAfterIt() {
    var doubts = Doubts()
    #expect(!doubts.areOpen && doubts.next == 1)
    doubts.raise()
    doubts.look()
    doubts.raise()
    let isFirstSettled = doubts.settle()
    #expect(isFirstSettled && doubts.settled == 1 && doubts.areOpen)
    doubts.look()
    let isSecondSettled = doubts.settle()
    #expect(isSecondSettled && doubts.settled == 2 && !doubts.areOpen)
  }

  @Test func aLookThatNothingWaitedForSettlesNothing() {
    var doubts = Doubts()
    doubts.look()
    doubts.raise()
    let isSettled = doubts.settle()
    #expect(!isSettled && doubts.areOpen)
  }

  @Test func whereNothingCanBeHiddenNothingWaits() {
    var doubts = Doubts()
    doubts.raise()
    doubts.settleAll()
    #expect(!doubts.areOpen && doubts.next == 2)
    // A look that is still under way from before takes nothing of that back.
    let isSettled = doubts.settle()
    #expect(!isSettled && !doubts.areOpen)
  }
}
