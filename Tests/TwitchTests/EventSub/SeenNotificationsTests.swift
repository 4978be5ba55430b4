import Testing

@testable import Twitch

@Suite struct SeenNotificationsTests {
  private let start = ContinuousClock.now

  private func chat(_ id: NotificationID, _ message: MessageID) -> Notification {
    let user = ChatUser(id: "1")
    return Notification(
      id: id, timestamp: nil,
      event: .message(ChatMessage(id: message, broadcaster: user, chatter: user, body: ChatText("x"))))
  }

  private func online(_ id: NotificationID) -> Notification {
    Notification(
      id: id, timestamp: nil, event: .streamOnline(StreamOnline(broadcaster: ChatUser(id: "1"))))
  }

  @Test func aRepeatedDeliveryIsNotNew() {
    var seen = SeenNotifications()
    let first = seen.isNew(online("a"), at: start)
    let second = seen.isNew(online("a"), at: start)
    let other = seen.isNew(online("b"), at: start)
    #expect(first && !second && other)
  }

  @Test func oneChatMessageUnderTwoDeliveriesIsNotNew() {
    var seen = SeenNotifications()
    let first = seen.isNew(chat("a", "m"), at: start)
    let second = seen.isNew(chat("b", "m"), at: start)
    let third = seen.isNew(chat("a", "other"), at: start)
    #expect(first && !second && !third)
  }

  @Test func theSameIdUnderAnotherTypeIsNew() {
    var seen = SeenNotifications()
    let user = ChatUser(id: "1")
    let message = seen.isNew(chat("a", "m"), at: start)
    let deletion = seen.isNew(
      Notification(
        id: "b", timestamp: nil,
        event: .messageDelete(MessageDelete(broadcaster: user, target: user, messageID: "m"))), at: start)
    #expect(message && deletion)
  }

  @Test(arguments: [0, 1, 299, 599]) func tenMinutesAreRemembered(seconds: Int) {
    for offset in stride(from: 0, to: 1200, by: 100) {
      var seen = SeenNotifications()
      _ = seen.isNew(online("first"), at: start)
      let time = start + .seconds(offset)
      _ = seen.isNew(online("a"), at: time)
      for step in 1...6 { _ = seen.isNew(online(NotificationID("x\(step)")), at: time + .seconds(seconds * step / 6)) }
      let again = seen.isNew(online("a"), at: time + .seconds(seconds))
      #expect(!again)
    }
  }

  @Test func whatAnEarlierRunSawIsNotNew() {
    var seen = SeenNotifications()
    seen.remember(chat("a", "m").seenKeys + online("b").seenKeys, at: start)
    let again = [chat("a", "m"), chat("c", "m"), online("b")].filter { seen.isNew($0, at: start + .seconds(599)) }
    #expect(again.isEmpty)
    let new = seen.isNew(online("d"), at: start + .seconds(599))
    #expect(new)
  }

  @Test func theKeysAreTheSameInEveryRun() {
    #expect(chat("a", "m").seenKeys == [0x57dd_2ed7_f332_44aa, 0xc0ae_de83_903f_b00c])
    #expect(online("a").seenKeys == [0x57dd_2ed7_f332_44aa])
  }

  /// A UUID has four words and a rest.
  @Test func everyCharacterOfAnIDCounts() {
    let id = "f2f9a53f-9544-4f04-aa87-aa2db35ada7d"
    #expect(SeenKey(id, 0).bits == 0xf3a3_e2e9_f54f_0ee5)
    var keys: Set = [SeenKey(id, 0).bits, SeenKey(id + "0", 0).bits, SeenKey(String(id.dropLast()), 0).bits]
    for place in 0..<id.utf8.count {
      var other = Array(id.utf8)
      other[place] ^= 1
      keys.insert(SeenKey(String(decoding: other, as: UTF8.self), 0).bits)
    }
    #expect(keys.count == id.utf8.count + 3)
  }

  @Test func idsThatDifferByTheirKindAndOneCharacterAreDifferent() {
    let keys = (0...3).flatMap { kind in (0...9).map { SeenKey("\($0)", kind).bits } }
    #expect(Set(keys).count == keys.count)
  }

  @Test func afterTwentyMinutesNothingIsRemembered() {
    var seen = SeenNotifications()
    _ = seen.isNew(online("a"), at: start)
    let later = seen.isNew(online("a"), at: start + .seconds(1201))
    #expect(later)
  }

  @Test func aFloodForgetsTheOldestAndNotTheLatest() {
    var seen = SeenNotifications(limit: 1000)
    for number in 0..<5000 { _ = seen.isNew(NotificationID("\(number)"), at: start) }
    let latest = (4001..<5000).filter { seen.isNew(NotificationID("\($0)"), at: start) }
    #expect(latest.isEmpty)
  }

  @Test func manyDifferentOnesAreAllNew() {
    var seen = SeenNotifications()
    let old = (0..<200_000).filter { !seen.isNew(NotificationID("id-\($0)"), at: start) }
    #expect(old.isEmpty)
    let new = (0..<200_000).filter { seen.isNew(NotificationID("id-\($0)"), at: start) }
    #expect(new.isEmpty)
  }
}
