import Testing

@testable import Twitch

@Suite struct ArrivalsTests {
  private let start = ContinuousClock.now

  private func after(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  private func line(
    _ id: String, in channel: TwitchUserID = "1", delivery: String? = nil, sentAt time: String = ""
  ) -> Twitch.Notification {
    let user = ChatUser(id: channel)
    return Notification(
      id: NotificationID(delivery ?? "n" + id), timestamp: Timestamp(time),
      event: .message(
        ChatMessage(id: MessageID(id), broadcaster: user, chatter: user, body: ChatText(id))))
  }

  /// Two shards that live, and a channel that comes over the first one.
  private func steady() -> Arrivals {
    var arrivals = Arrivals()
    arrivals.opened(0)
    arrivals.opened(1)
    arrivals.follow(isLossy: false, isWhole: true, at: after(-1000))
    for id in ["first", "second"] { _ = arrivals.receive(line(id), on: 0, at: start) }
    _ = arrivals.takeOutputs()
    return arrivals
  }

  /// What comes out, as words.
  private func words(_ arrivals: inout Arrivals) -> [String] {
    arrivals.takeOutputs().map { output in
      switch output {
      case .notification(let notification):
        if case .message(let message) = notification.event { message.text } else { "other" }
      case .gap(let channel): channel.map { "gap \($0)" } ?? "gap"
      case .disorder(let channel): "late \(channel)"
      case .doubt: "doubt"
      }
    }
  }

  @Test func whatComesOverTheUsualShardIsHandedOnAtOnce() {
    var arrivals = steady()
    for id in ["a", "b", "c"] {
      let isReady = arrivals.receive(line(id), on: 0, at: start)
      #expect(isReady)
    }
    #expect(words(&arrivals) == [])
  }

  @Test func aCopyIsDroppedAndCounted() {
    var arrivals = steady()
    _ = arrivals.receive(line("a"), on: 0, at: start)
    let again = arrivals.receive(line("a"), on: 1, at: start)
    let otherDelivery = arrivals.receive(line("a", delivery: "other"), on: 0, at: start)
    #expect(!again && !otherDelivery)
    #expect(arrivals.duplicates == 2)
    #expect(words(&arrivals) == [])
  }

  @Test func aCopyOverAnotherShardDoesNotOvertake() {
    var arrivals = steady()
    _ = arrivals.receive(line("a"), on: 0, at: start)
    let early = arrivals.receive(line("c"), on: 1, at: after(1))
    let next = arrivals.receive(line("b"), on: 0, at: after(2))
    let copy = arrivals.receive(line("c"), on: 0, at: after(3))
    #expect(!early && !next && !copy)
    #expect(words(&arrivals) == ["b", "c"])
    #expect(arrivals.deadline == nil)
  }

  @Test func whatHasNoCopyWaitsForItsTimeUntilTheChannelHasSettledElsewhere() {
    var arrivals = steady()
    _ = arrivals.receive(line("a"), on: 0, at: start)
    _ = arrivals.receive(line("b"), on: 1, at: after(10))
    #expect(arrivals.deadline == after(260))
    arrivals.tick(at: after(259))
    #expect(words(&arrivals) == [])
    arrivals.tick(at: after(260))
    #expect(words(&arrivals) == ["doubt", "gap 1", "b"])
    for number in 1..<ChannelOrder.settling {
      let isReady = arrivals.receive(line("\(number)"), on: 1, at: after(300 + number))
      #expect(!isReady)
    }
    #expect(words(&arrivals) == [])
    _ = arrivals.receive(line("last"), on: 1, at: after(400))
    #expect(words(&arrivals) == (1..<ChannelOrder.settling).map(String.init) + ["last"])
    let next = arrivals.receive(line("next"), on: 1, at: after(401))
    #expect(next)
  }

  /// Something that Twitch made at that second.
  private func line(_ id: String, second: Int) -> Twitch.Notification {
    line(id, sentAt: "2026-03-14T18:00:0\(second)Z")
  }

  @Test func aChannelThatComesOverTwoShardsIsPutInOrder() {
    var arrivals = steady()
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    _ = arrivals.receive(line("b", second: 2), on: 1, at: after(10))
    _ = arrivals.receive(line("c", second: 3), on: 0, at: after(20))
    // Home has gone beyond what it did not bring.
    #expect(words(&arrivals) == ["doubt", "b", "c"])
    _ = arrivals.receive(line("e", second: 5), on: 0, at: after(30))
    _ = arrivals.receive(line("d", second: 4), on: 1, at: after(40))
    #expect(words(&arrivals) == [])
    arrivals.tick(at: after(280))
    #expect(words(&arrivals) == ["d", "e"])
  }

  @Test func whatComesOverHomeAgainIsHandedOnAtOnceOnceTwitchHasAllShards() {
    var arrivals = steady()
    arrivals.opened(2)
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    arrivals.lost(0, mayHaveCost: false, at: after(1))
    arrivals.follow(isLossy: false, isWhole: false, at: after(1))
    arrivals.opened(0)
    _ = arrivals.receive(line("c", second: 3), on: 0, at: after(10))
    _ = arrivals.receive(line("b", second: 2), on: 1, at: after(11))
    arrivals.follow(isLossy: false, isWhole: true, at: after(20))
    // It may still have been sent to the others.
    _ = arrivals.receive(line("d", second: 4), on: 0, at: after(30))
    #expect(words(&arrivals) == [])
    _ = arrivals.receive(line("e", second: 5), on: 0, at: after(270))
    #expect(words(&arrivals) == ["b", "c", "d", "e"])
    let next = arrivals.receive(line("f", second: 6), on: 0, at: after(271))
    #expect(next)
  }

  @Test func aCopyThatCameFirstIsNoSignOfWhereAChannelIsAtHome() {
    var arrivals = steady()
    for id in ["a", "b", "c"] {
      _ = arrivals.receive(line(id, in: "2"), on: 1, at: start)
      _ = arrivals.receive(line(id, in: "2"), on: 0, at: after(1))
    }
    arrivals.tick(at: after(250))
    #expect(words(&arrivals) == ["a", "b", "c"])
    _ = arrivals.receive(line("d", in: "2"), on: 0, at: after(260))
    let next = arrivals.receive(line("e", in: "2"), on: 0, at: after(261))
    #expect(next)
    #expect(words(&arrivals) == ["d"])
  }

  @Test func whereAChannelComesBeforeTwitchHasAllShardsIsNoSign() {
    var arrivals = Arrivals()
    arrivals.opened(0)
    arrivals.follow(isLossy: false, isWhole: false, at: start)
    _ = arrivals.takeOutputs()
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    #expect(words(&arrivals) == ["a"])
    arrivals.opened(1)
    arrivals.follow(isLossy: false, isWhole: true, at: after(10))
    _ = arrivals.receive(line("c", second: 3), on: 1, at: after(20))
    _ = arrivals.receive(line("b", second: 2), on: 0, at: after(21))
    #expect(words(&arrivals) == [])
    _ = arrivals.receive(line("d", second: 4), on: 1, at: after(260))
    #expect(words(&arrivals) == [])
    _ = arrivals.receive(line("d2", second: 4), on: 1, at: after(260))
    #expect(words(&arrivals) == ["b", "c", "d", "d2"])
    let next = arrivals.receive(line("e", second: 5), on: 1, at: after(261))
    #expect(next)
  }

  @Test func whatIsOverdueGoesWithEverythingOlder() {
    var arrivals = steady()
    arrivals.opened(2)
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    _ = arrivals.receive(line("b", second: 2), on: 1, at: after(10))
    _ = arrivals.receive(line("c", second: 3), on: 2, at: after(20))
    _ = arrivals.receive(line("d", second: 4), on: 1, at: after(30))
    arrivals.tick(at: after(280))
    #expect(words(&arrivals) == ["doubt", "gap 1", "b", "c", "d"])
  }

  @Test func whatComesOverSeveralShardsIsPutInOrderWhileItsOwnIsGone() {
    var arrivals = steady()
    arrivals.opened(2)
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    arrivals.lost(0, mayHaveCost: true, at: after(1))
    _ = arrivals.receive(line("c", second: 3), on: 2, at: after(10))
    _ = arrivals.receive(line("b", second: 2), on: 1, at: after(20))
    #expect(words(&arrivals) == ["gap"])
    arrivals.tick(at: after(260))
    #expect(words(&arrivals) == ["b", "c"])
  }

  @Test func aChannelWhoseShardIsGoneForGoodSettlesDown() {
    var arrivals = steady()
    arrivals.opened(2)
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    arrivals.lost(0, mayHaveCost: false, at: after(1))
    for number in 0..<ChannelOrder.settling {
      let isReady = arrivals.receive(line("\(number)"), on: 1, at: after(10 + number))
      #expect(!isReady)
    }
    #expect(words(&arrivals) == (0..<ChannelOrder.settling).map(String.init))
    let next = arrivals.receive(line("next"), on: 1, at: after(100))
    #expect(next)
  }

  @Test func whatCameOverOneShardStaysInItsOrderWhateverItsTimes() {
    var arrivals = steady()
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    _ = arrivals.receive(line("b", second: 3), on: 1, at: after(10))
    _ = arrivals.receive(line("c", second: 2), on: 1, at: after(20))
    arrivals.tick(at: after(270))
    #expect(words(&arrivals) == ["doubt", "gap 1", "b", "c"])
  }

  @Test func whatComesTooLateComesAfterAWordOfIt() {
    var arrivals = steady()
    let isFirst = arrivals.receive(line("b", second: 2), on: 0, at: start)
    #expect(isFirst)
    _ = arrivals.receive(line("a", second: 1), on: 1, at: after(10))
    arrivals.tick(at: after(260))
    #expect(words(&arrivals) == ["doubt", "late 1", "a"])
  }

  /// Between any two that are swapped there is a word, and none where one is enough.
  @Test func whatComesLateIsLateOnceAndAgainWhereItIsSwappedAgain() {
    var arrivals = steady()
    arrivals.opened(2)
    let isFirst = arrivals.receive(line("g", second: 7), on: 0, at: start)
    #expect(isFirst)
    _ = arrivals.receive(line("d", second: 4), on: 1, at: after(10))
    _ = arrivals.receive(line("e", second: 5), on: 1, at: after(20))
    arrivals.tick(at: after(270))
    #expect(words(&arrivals) == ["doubt", "late 1", "d", "e"])
    _ = arrivals.receive(line("c", second: 3), on: 2, at: after(280))
    _ = arrivals.receive(line("f", second: 6), on: 1, at: after(290))
    arrivals.tick(at: after(540))
    #expect(words(&arrivals) == ["late 1", "c", "f"])
  }

  @Test func whatIsLateAndMayHaveLostSomethingBeforeItIsToldAsLate() {
    var arrivals = Arrivals()
    arrivals.opened(0)
    arrivals.opened(1)
    _ = arrivals.receive(line("b", second: 2), on: 0, at: start)
    arrivals.tick(at: after(250))
    _ = arrivals.receive(line("a", second: 1), on: 1, at: after(260))
    arrivals.tick(at: after(510))
    #expect(words(&arrivals) == ["gap 1", "b", "late 1", "a"])
  }

  @Test func whatWaitsForAShardThatIsLostComesAfterTheGap() {
    var arrivals = steady()
    _ = arrivals.receive(line("a"), on: 0, at: start)
    _ = arrivals.receive(line("b"), on: 1, at: after(10))
    arrivals.lost(0, mayHaveCost: true, at: after(20))
    #expect(words(&arrivals) == ["gap", "b"])
    // What was lost may have been sent after what waited, too.
    _ = arrivals.receive(line("c"), on: 1, at: after(30))
    #expect(words(&arrivals) == ["gap 1", "c"])
    let next = arrivals.receive(line("d"), on: 1, at: after(40))
    #expect(next)
  }

  @Test func whatIsLostOfAChannelBehindWhatWaitsIsToldThere() {
    var arrivals = steady()
    _ = arrivals.receive(line("a"), on: 0, at: start)
    _ = arrivals.receive(line("x", in: "2"), on: 1, at: start)
    _ = arrivals.receive(line("b"), on: 1, at: after(10))
    _ = words(&arrivals)
    arrivals.interrupted(in: "1")
    #expect(words(&arrivals) == ["gap 1"])
    arrivals.lost(0, mayHaveCost: false, at: after(20))
    #expect(words(&arrivals) == ["b"])
    _ = arrivals.receive(line("c"), on: 1, at: after(30))
    #expect(words(&arrivals) == ["gap 1", "c"])
    let other = arrivals.receive(line("y", in: "2"), on: 1, at: after(40))
    #expect(other)
  }

  @Test func whatCameWhileSomethingMightBeLostComesAfterAGapThoughItHadToWait() {
    var arrivals = steady()
    arrivals.opened(2)
    _ = arrivals.receive(line("a", second: 1), on: 0, at: start)
    arrivals.lost(0, mayHaveCost: true, at: after(10))
    arrivals.follow(isLossy: true, isWhole: false, at: after(10))
    _ = arrivals.receive(line("b", second: 2), on: 1, at: after(20))
    arrivals.receive(early: line("x", in: "2"), on: 2, at: after(20))
    arrivals.opened(0)
    // Assigned, Twitch says; what it sent before it knew of the loss is gone.
    _ = arrivals.receive(line("c", second: 4), on: 0, at: after(30))
    arrivals.follow(isLossy: false, isWhole: false, at: after(30))
    _ = words(&arrivals)
    arrivals.tick(at: after(280))
    #expect(words(&arrivals) == ["gap 1", "b", "gap 1", "c"])
    arrivals.settled(2, at: after(290))
    arrivals.tick(at: after(540))
    #expect(words(&arrivals) == ["gap 2", "x"])
  }

  @Test func whatComesEarlyWaitsForTheOldSocketsEnd() {
    var arrivals = steady()
    _ = arrivals.receive(line("a"), on: 0, at: start)
    arrivals.receive(early: line("c"), on: 0, at: after(1))
    let copy = arrivals.receive(line("c"), on: 1, at: after(2))
    let late = arrivals.receive(line("b"), on: 0, at: after(3))
    #expect(!copy && late)
    arrivals.settled(0, at: after(4))
    #expect(words(&arrivals) == ["c"])
  }

  @Test func aCopyThatWaitsGoesToThePlaceOfWhatComesEarly() {
    var arrivals = steady()
    _ = arrivals.receive(line("a"), on: 0, at: start)
    _ = arrivals.receive(line("d"), on: 1, at: after(1))
    arrivals.receive(early: line("c"), on: 0, at: after(2))
    arrivals.receive(early: line("d"), on: 0, at: after(3))
    arrivals.tick(at: after(1000))
    #expect(words(&arrivals) == [])
    arrivals.settled(0, at: after(1001))
    #expect(words(&arrivals) == ["c", "d"])
  }

  @Test func whatWaitedGoesBeforeWhatIsYoungerAndCameEarlyMeanwhile() {
    var arrivals = steady()
    arrivals.receive(early: line("a", second: 1), on: 0, at: after(1))
    _ = arrivals.receive(line("b", second: 2), on: 1, at: after(2))
    arrivals.receive(early: line("c", second: 3), on: 0, at: after(3))
    _ = arrivals.receive(line("d", second: 4), on: 1, at: after(4))
    arrivals.receive(early: line("d", second: 4), on: 0, at: after(5))
    arrivals.settled(0, at: after(6))
    #expect(words(&arrivals) == ["a", "b", "c", "d"])
  }

  /// A session that Twitch disabled may take seconds to end, and its successor may have brought something by then.
  @Test func whatComesEarlyIsLateOnceItsShardHasBroughtSomethingYoungerOverANewerSocket() {
    var arrivals = steady()
    arrivals.receive(early: line("a", second: 1), on: 0, at: after(1))
    arrivals.opened(0)
    let next = arrivals.receive(line("b", second: 2), on: 0, at: after(2))
    #expect(next)
    arrivals.lost(0, mayHaveCost: false, at: after(3))
    arrivals.settled(0, at: after(3))
    #expect(words(&arrivals) == ["late 1", "a"])
  }

  @Test func asLongAsSomethingMayBeLostEachLineComesAfterAGap() {
    var arrivals = Arrivals()
    arrivals.opened(0)
    _ = arrivals.receive(line("a"), on: 0, at: start)
    _ = arrivals.receive(line("b", in: "2"), on: 0, at: start)
    arrivals.follow(isLossy: false, isWhole: false, at: start)
    let next = arrivals.receive(line("c"), on: 0, at: start)
    #expect(next)
    #expect(words(&arrivals) == ["gap 1", "a", "gap 2", "b", "gap"])
  }
}
