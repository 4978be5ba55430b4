import Testing

@testable import Twitch

@Suite struct SessionStateTests {
  private typealias Link = SessionState.Link

  private let start = ContinuousClock.now
  private let url = "ws://twitch/ws?keepalive_timeout_seconds=10"
  private let moveURL = "ws://cell-a/ws?challenge=1&id=A"

  private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  private func welcome(_ id: SessionID) -> EventSubMessage { .welcome(id, keepalive: .seconds(10)) }

  private var notification: Twitch.Notification {
    Notification(id: "n", timestamp: nil, event: .clear(broadcaster: ChatUser(id: "1")))
  }

  /// The link that a step opens.
  private func link(_ step: SessionState.Step) throws -> (Link, url: String) {
    guard case .connect(let link, let url) = step else { throw EventSubError.unreadable("\(step) opens nothing") }
    return (link, url)
  }

  /// A session that was welcomed as A at the start.
  private func opened() throws -> (SessionState, Link) {
    var state = SessionState(url: url, at: start)
    let (first, _) = try link(state.firstStep)
    #expect(state.receive(welcome("A"), on: first, at: start) == .bind("A"))
    return (state, first)
  }

  /// A session that was asked to move at second 1.
  private func moving() throws -> (SessionState, old: Link, new: Link) {
    var (state, old) = try opened()
    let step = state.receive(.reconnect(url: moveURL), on: old, at: after(1))
    return (state, old, try link(step).0)
  }

  @Test func aSessionConnectsAndIsBoundWhenItIsWelcomed() throws {
    let state = SessionState(url: url, at: start)
    #expect(try link(state.firstStep).url == url)
    #expect(state.heard == nil)
    #expect(try opened().0.heard == start)
  }

  @Test func whatTwitchDeliversIsHandedOn() throws {
    var (state, link) = try opened()
    #expect(state.receive(.notification(notification), on: link, at: after(1)) == .deliver(notification))
    let revocation = Revocation(subscription: "s", type: .streamOnline, status: "user_removed")
    #expect(state.receive(.revocation(revocation), on: link, at: after(2)) == .revoke(revocation))
    #expect(state.receive(.keepalive, on: link, at: after(3)) == .wait)
    #expect(state.heard == after(3))
  }

  @Test func whatIsUnknownOrUnreadableIsSkippedAndCountsAsHeard() throws {
    var (state, link) = try opened()
    guard case .ignore = state.receive(.unknown(type: "new"), on: link, at: after(4)),
      case .ignore = state.receive(EventSubError.unreadable("x"), on: link, at: after(5))
    else {
      Issue.record("not skipped")
      return
    }
    #expect(state.heard == after(5))
  }

  @Test func withoutAWelcomeItGivesUpAfterTenSeconds() {
    var state = SessionState(url: url, at: start)
    #expect(state.deadline == after(10))
    #expect(state.tick(at: after(9.9)) == .wait)
    #expect(state.tick(at: after(10)) == .giveUp(.notWelcomed))
    #expect(state.deadline == nil)
  }

  @Test func silenceIsNoticedWithinTwelveSecondsTheNextConnectionIncluded() throws {
    var (state, link) = try opened()
    _ = state.receive(.keepalive, on: link, at: after(10))
    let deadline = try #require(state.deadline)
    // The wait for the first try, and half a second for a busy machine.
    #expect(deadline + Backoff.least * 2 + .milliseconds(500) <= after(22))
    #expect(state.tick(at: deadline) == .giveUp(.silent))
  }

  @Test func aKeepaliveAfterTwoPacketsWereLostIsNoAlarm() throws {
    var (state, link) = try opened()
    for round in 1...6 {
      // Twitch counts from what it sent, and we from what came: it may be late each time, but does not add up.
      let late = after(Double(round) * 10 + (round % 2 == 1 ? 0.9 : 0))
      #expect(state.tick(at: late) == .wait)
      #expect(state.receive(.keepalive, on: link, at: late) == .wait)
    }
    #expect(try #require(state.deadline) > after(70.5))
  }

  @Test func aLongerKeepaliveIsRespected() throws {
    var state = SessionState(url: url, at: start)
    let (first, _) = try link(state.firstStep)
    _ = state.receive(.welcome("A", keepalive: .seconds(30)), on: first, at: start)
    #expect(state.tick(at: after(30)) == .wait)
    #expect(state.tick(at: after(32)) == .giveUp(.silent))
  }

  @Test(arguments: [4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4999, 1000, 1001, 1006, 1011, 1012] as [UInt16])
  func everyCloseCodeEndsAnOpenSession(code: UInt16) throws {
    var (state, link) = try opened()
    #expect(state.lose(link, .closed(code: code), at: after(1)) == .giveUp(.closed(code: code)))
    #expect(state.tick(at: after(100)) == .wait)
  }

  @Test func aConnectionThatFailsEndsTheSession() throws {
    var state = SessionState(url: url, at: start)
    let (first, _) = try link(state.firstStep)
    #expect(state.lose(first, .unreachable("no"), at: after(1)) == .giveUp(.unreachable("no")))
  }

  @Test func aPlannedReconnectUsesTheURLAsItIsAndKeepsTheOldSocketUntilTheWelcome() throws {
    var (state, old) = try opened()
    let (new, url) = try link(state.receive(.reconnect(url: moveURL), on: old, at: after(1)))
    #expect(url == moveURL)
    #expect(new != old)
    #expect(state.receive(.notification(notification), on: old, at: after(2)) == .deliver(notification))
    #expect(state.receive(welcome("A"), on: new, at: after(3)) == .close(old))
    #expect(state.heard == after(3))
  }

  @Test func whatIsOnItsWayOnTheOldSocketComesBeforeWhatTheNewOneBrings() throws {
    var (state, old, new) = try moving()
    _ = state.receive(welcome("A"), on: new, at: after(3))
    #expect(state.receive(.notification(notification), on: new, at: after(3.1)) == .hold(notification))
    #expect(state.isUnsettled)
    #expect(state.receive(.notification(notification), on: old, at: after(3.2)) == .deliver(notification))
    #expect(state.lose(old, .closed(code: 1000), at: after(3.3)) == .wait)
    #expect(!state.isUnsettled)
    #expect(state.receive(.notification(notification), on: new, at: after(3.4)) == .deliver(notification))
  }

  @Test func whatComesBeforeTheNewSocketIsWelcomedWaitsAsWell() throws {
    var (state, old, new) = try moving()
    #expect(state.receive(.notification(notification), on: new, at: after(2)) == .hold(notification))
    #expect(state.isUnsettled)
    #expect(state.receive(welcome("A"), on: new, at: after(3)) == .close(old))
    #expect(state.isUnsettled)
  }

  @Test func anOldSocketThatDoesNotEndIsDropped() throws {
    var (state, old, new) = try moving()
    _ = state.receive(welcome("A"), on: new, at: after(3))
    #expect(state.receive(.notification(notification), on: new, at: after(3.1)) == .hold(notification))
    #expect(state.tick(at: after(4.9)) == .wait)
    #expect(state.tick(at: after(5)) == .drop(old))
    #expect(!state.isUnsettled)
    #expect(state.lose(old, .closed(code: 1006), at: after(5)) == .wait)
  }

  @Test func theOldSocketsEndAfterTheMoveMeansNothing() throws {
    var (state, old, new) = try moving()
    _ = state.receive(welcome("A"), on: new, at: after(3))
    #expect(state.lose(old, .closed(code: 4004), at: after(3.1)) == .wait)
    #expect(state.lose(new, .closed(code: 1006), at: after(32)) == .giveUp(.closed(code: 1006)))
  }

  @Test func theOldSocketIsReadToItsEndAlsoWhenTheNewOneIsGone() throws {
    var (state, old, new) = try moving()
    _ = state.receive(welcome("A"), on: new, at: after(3))
    #expect(state.lose(new, .closed(code: 4000), at: after(3.1)) == .wait)
    #expect(state.receive(.notification(notification), on: old, at: after(3.2)) == .deliver(notification))
    #expect(state.lose(old, .closed(code: 1000), at: after(3.3)) == .giveUp(.closed(code: 4000)))
    var (other, otherOld, otherNew) = try moving()
    _ = other.receive(welcome("A"), on: otherNew, at: after(3))
    #expect(other.lose(otherNew, .closed(code: 4000), at: after(3.1)) == .wait)
    #expect(other.tick(at: after(5)) == .giveUp(.closed(code: 4000)))
    #expect(otherOld == old)
  }

  @Test func underANewIDTheOldSocketStaysUntilTheShardIsAssigned() throws {
    var (state, old, new) = try moving()
    #expect(state.receive(welcome("B"), on: new, at: after(3)) == .bind("B"))
    #expect(state.receive(.notification(notification), on: old, at: after(4)) == .deliver(notification))
    #expect(state.assigned(to: "A", at: after(4)) == .wait)
    #expect(!state.isUnsettled)
    #expect(state.assigned(to: "B", at: after(4)) == .close(old))
    #expect(state.isUnsettled)
    #expect(state.lose(old, .closed(code: 1000), at: after(4.1)) == .wait)
    #expect(state.assigned(to: "B", at: after(5)) == .wait)
    #expect(!state.isUnsettled)
  }

  @Test func aNewSocketThatIsLostBeforeItsShardIsAssignedLeavesTheShardToTheOldOne() throws {
    var (state, old, new) = try moving()
    #expect(state.receive(welcome("B"), on: new, at: after(3)) == .bind("B"))
    #expect(state.lose(new, .closed(code: 1006), at: after(3.5)) == .bind("A"))
    #expect(state.receive(.notification(notification), on: old, at: after(4)) == .deliver(notification))
    #expect(try link(state.tick(at: after(4.5))).url == url)
  }

  @Test func aDeliveryShowsThatTheShardIsAssigned() throws {
    var (state, old, new) = try moving()
    #expect(state.receive(welcome("B"), on: new, at: after(3)) == .bind("B"))
    #expect(state.receive(.notification(notification), on: new, at: after(4)) == .holdAndClose(notification, old))
    #expect(state.isUnsettled)
  }

  @Test func theOldSocketMayGoBeforeTheNewOneIsWelcomed() throws {
    var (state, old, new) = try moving()
    #expect(state.lose(old, .closed(code: 4004), at: after(2)) == .wait)
    #expect(state.receive(welcome("A"), on: new, at: after(3)) == .bind("A"))
  }

  @Test func aLinkTellsWhetherTwitchAskedForIt() throws {
    var (state, old, new) = try moving()
    #expect(!old.isRequested && new.isRequested)
    #expect(state.lose(new, .closed(code: 4007), at: after(2)) == .wait)
    #expect(try !link(state.tick(at: after(3))).0.isRequested)
  }

  @Test func aDeadReconnectURLLeadsToAFreshConnectionWhileTheOldSocketDelivers() throws {
    var (state, old, new) = try moving()
    #expect(state.lose(new, .closed(code: 4007), at: after(2)) == .wait)
    #expect(state.receive(.notification(notification), on: old, at: after(2.5)) == .deliver(notification))
    let (fresh, url) = try link(state.tick(at: after(3)))
    #expect(url == self.url)
    #expect(state.receive(welcome("B"), on: fresh, at: after(4)) == .bind("B"))
    #expect(state.assigned(to: "B", at: after(5)) == .close(old))
  }

  @Test func aReconnectURLThatDoesNotWelcomeIsDropped() throws {
    var (state, old, new) = try moving()
    _ = state.receive(.keepalive, on: old, at: after(10))
    #expect(state.tick(at: after(11)) == .drop(new))
    #expect(try link(state.tick(at: after(11))).url == url)
  }

  @Test func whenBothSocketsAreGoneTheSessionIsOver() throws {
    var (state, old, new) = try moving()
    #expect(state.lose(new, .unreachable("no"), at: after(2)) == .wait)
    #expect(state.lose(old, .closed(code: 1006), at: after(2.1)) == .giveUp(.closed(code: 1006)))
    var (other, otherOld, otherNew) = try moving()
    #expect(other.lose(otherOld, .closed(code: 1006), at: after(2)) == .wait)
    #expect(other.lose(otherNew, .closed(code: 4007), at: after(2.1)) == .giveUp(.closed(code: 4007)))
  }

  @Test func anOldSocketThatFallsSilentDuringTheMoveIsLetGo() throws {
    var (state, old) = try opened()
    let (new, _) = try link(state.receive(.reconnect(url: moveURL), on: old, at: after(9)))
    // Twitch was last heard at second 9, when it asked to move; the new socket has until second 19.
    #expect(state.tick(at: after(19)) == .drop(new))
    let (fresh, _) = try link(state.tick(at: after(19)))
    #expect(state.tick(at: after(21)) == .drop(old))
    #expect(state.receive(welcome("B"), on: fresh, at: after(22)) == .bind("B"))
    #expect(state.lose(old, .closed(code: 1006), at: after(23)) == .wait)
  }

  @Test func whileItMovesNothingDeliversOnceTheOldSocketIsGone() throws {
    var (state, old, new) = try moving()
    #expect(!state.isStranded)
    _ = state.lose(old, .closed(code: 4004), at: after(2))
    #expect(state.isStranded)
    // A welcome is not enough: the shard has yet to be assigned.
    #expect(state.receive(welcome("B"), on: new, at: after(3)) == .bind("B"))
    #expect(state.isStranded)
    #expect(state.assigned(to: "B", at: after(3.5)) == .wait)
    #expect(!state.isStranded)
  }

  @Test func theOldSocketsEndBetweenTheWelcomeAndTheAssignmentLeavesNothingThatDelivers() throws {
    var (state, old, new) = try moving()
    _ = state.receive(welcome("B"), on: new, at: after(3))
    #expect(!state.isStranded)
    #expect(state.lose(old, .closed(code: 1006), at: after(3.2)) == .wait)
    #expect(state.isStranded)
    _ = state.assigned(to: "B", at: after(3.5))
    #expect(!state.isStranded)
  }

  @Test func anOldSocketThatIsDroppedForItsSilenceLeavesNothingThatDelivers() throws {
    var (state, old) = try opened()
    _ = state.receive(.reconnect(url: moveURL), on: old, at: after(2))
    // Twitch was last heard at second 2; the new socket is given up at second 12, and so is the old one.
    #expect(state.tick(at: after(12)) != .wait)
    _ = try link(state.tick(at: after(12)))
    #expect(!state.isStranded)
    #expect(state.tick(at: after(13.5)) == .drop(old))
    #expect(state.isStranded)
  }

  @Test func whoFollowsUnderTheSameIDWasNeverStranded() throws {
    var (state, old, new) = try moving()
    #expect(state.receive(welcome("A"), on: new, at: after(3)) == .close(old))
    #expect(state.lose(old, .closed(code: 1000), at: after(3.1)) == .wait)
    #expect(!state.isStranded)
  }

  @Test func betweenTwoMovesIsASecond() throws {
    var (state, old, new) = try moving()
    #expect(state.receive(welcome("A"), on: new, at: after(1.1)) == .close(old))
    #expect(state.lose(old, .closed(code: 1000), at: after(1.2)) == .wait)
    #expect(state.receive(.reconnect(url: "ws://cell-b/ws"), on: new, at: after(1.3)) == .wait)
    #expect(state.deadline == after(2))
    #expect(state.tick(at: after(1.9)) == .wait)
    #expect(try link(state.tick(at: after(2))).url == "ws://cell-b/ws")
  }

  @Test func aRequestToMoveOnThatComesWhileTheOldSocketIsReadToItsEndIsHeeded() throws {
    let nextURL = "ws://cell-b/ws?challenge=2&id=A"
    var (state, old, new) = try moving()
    #expect(state.receive(welcome("A"), on: new, at: after(3)) == .close(old))
    #expect(state.receive(.reconnect(url: nextURL), on: new, at: after(3.1)) == .wait)
    #expect(state.isUnsettled)
    var other = state
    #expect(state.lose(old, .closed(code: 1000), at: after(3.2)) == .wait)
    #expect(!state.isUnsettled)
    #expect(state.deadline == after(3.2))
    let (next, url) = try link(state.tick(at: after(3.2)))
    #expect(url == nextURL)
    #expect(state.receive(welcome("A"), on: next, at: after(3.3)) == .close(new))
    // The old socket never ends.
    #expect(other.tick(at: after(5)) == .drop(old))
    #expect(try link(other.tick(at: after(5))).url == nextURL)
  }

  @Test func aRequestToMoveOnThatComesBeforeTheShardIsAssignedIsHeeded() throws {
    let nextURL = "ws://cell-b/ws?challenge=2&id=B"
    var (state, old, new) = try moving()
    #expect(state.receive(welcome("B"), on: new, at: after(3)) == .bind("B"))
    #expect(state.receive(.reconnect(url: nextURL), on: new, at: after(3.1)) == .wait)
    #expect(state.assigned(to: "B", at: after(3.2)) == .close(old))
    #expect(state.lose(old, .closed(code: 1000), at: after(3.3)) == .wait)
    #expect(try link(state.tick(at: after(3.3))).url == nextURL)
  }

  @Test func aSecondRequestToMoveIsSkippedWhileMoving() throws {
    var (state, old, new) = try moving()
    guard case .ignore = state.receive(.reconnect(url: moveURL), on: old, at: after(2)) else {
      Issue.record("not skipped")
      return
    }
    #expect(state.receive(welcome("A"), on: new, at: after(3)) == .close(old))
    #expect(state.lose(old, .closed(code: 1000), at: after(3.1)) == .wait)
    #expect(try link(state.receive(.reconnect(url: moveURL), on: new, at: after(90))).url == moveURL)
  }
}
