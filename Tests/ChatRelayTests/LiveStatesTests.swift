import FoundationEssentials
import Testing
import Twitch

@testable import ChatRelay

@Suite struct LiveStatesTests {
  private let now = ContinuousClock.now
  private let time = Timestamp(.now)
  private let title = ChannelTitle(title: "t", category: "c")

  private func broadcast(_ startedAt: String?, viewers: Int = 5) -> LiveStates.Broadcast {
    LiveStates.Broadcast(startedAt: startedAt.flatMap { Timestamp($0) }, viewers: viewers, title: title)
  }

  @Test func aLookFindsWhatIsLiveAtStart() {
    var states = LiveStates()
    let change = states.look(at: "c", found: broadcast("2026-03-14T18:00:00Z", viewers: 7), at: now)
    #expect(change == LiveStates.Change(liveChanged: true, viewersChanged: true))
    #expect(states.isLive("c"))
    #expect(states.viewers(of: "c") == 7)
    #expect(states.title(of: "c") == title)
  }

  @Test func anEmptyLookRightAfterGoingLiveChangesNothing() {
    var states = LiveStates()
    states.wentLive("c", time: time, at: now)
    for minute in 0..<5 {
      #expect(states.look(at: "c", found: nil, at: now + .seconds(60 * minute)) == LiveStates.Change())
    }
    #expect(states.isLive("c"))
  }

  @Test func whatIsMissingForLongIsOver() {
    var states = LiveStates()
    states.wentLive("c", time: time, at: now)
    let later = now + LiveStates.lag
    _ = states.look(at: "c", found: nil, at: later)
    _ = states.look(at: "c", found: nil, at: later)
    #expect(states.isLive("c"))
    #expect(states.look(at: "c", found: nil, at: later).liveChanged == true)
    #expect(!states.isLive("c"))
  }

  @Test func aBroadcastThatEndedIsListedForAWhileYet() throws {
    var states = LiveStates()
    _ = states.look(at: "c", found: broadcast("2026-03-14T18:00:00Z"), at: now)
    states.wentOffline("c", time: try #require(Timestamp("2026-03-14T20:00:00Z")), at: now)
    #expect(states.look(at: "c", found: broadcast("2026-03-14T18:00:00Z"), at: now).liveChanged == false)
    #expect(!states.isLive("c"))
    #expect(states.viewers(of: "c") == nil)
    #expect(states.look(at: "c", found: broadcast("2026-03-14T20:05:00Z"), at: now).liveChanged == true)
  }

  @Test func thatItBeganComesTooLateWhenItHasEnded() throws {
    var states = LiveStates()
    states.wentOffline("c", time: try #require(Timestamp("2026-03-14T20:00:00Z")), at: now)
    states.wentLive("c", time: try #require(Timestamp("2026-03-14T19:59:59Z")), at: now)
    #expect(!states.isLive("c"))
    states.wentLive("c", time: try #require(Timestamp("2026-03-14T20:00:01Z")), at: now)
    #expect(states.isLive("c"))
  }

  @Test func aCountThatStaysIsNoChange() {
    var states = LiveStates()
    _ = states.look(at: "c", found: broadcast(nil, viewers: 5), at: now)
    #expect(states.look(at: "c", found: broadcast(nil, viewers: 5), at: now).viewersChanged == false)
    #expect(states.look(at: "c", found: broadcast(nil, viewers: 6), at: now).viewersChanged == true)
  }

  @Test func aChannelIsStaleUntilLookedAt() {
    var states = LiveStates()
    #expect(states.isStale("c", at: now, after: .seconds(60)))
    _ = states.look(at: "c", found: nil, at: now)
    #expect(!states.isStale("c", at: now, after: .seconds(60)))
    #expect(states.isStale("c", at: now + .seconds(61), after: .seconds(60)))
    states.wentLive("c", time: time, at: now)
    #expect(states.isStale("c", at: now, after: .seconds(60)))
  }
}

@Suite struct PicturesTests {
  @Test func picturesAreAskedForOnceAndInBatches() {
    var pictures = Pictures()
    for user in 0..<150 { #expect(pictures.picture(of: TwitchUserID("\(user)")) == nil) }
    _ = pictures.picture(of: "0")
    #expect(pictures.nextBatch().count == 100)
    let rest = pictures.nextBatch()
    #expect(rest.count == 50)
    #expect(!pictures.isWanting)
    pictures.learn(["149": "https://p"], of: rest)
    #expect(pictures.picture(of: "149") == "https://p")
    #expect(pictures.picture(of: "148") == nil)
    #expect(!pictures.isWanting)
  }

  @Test func whoWasNotAnsweredForIsAskedForAgain() {
    var pictures = Pictures()
    _ = pictures.picture(of: "1")
    pictures.forget(pictures.nextBatch())
    #expect(!pictures.isWanting)
    _ = pictures.picture(of: "1")
    #expect(pictures.isWanting)
  }
}
