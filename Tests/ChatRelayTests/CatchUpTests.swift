import Storage
import Testing

@testable import ChatRelay

@Suite struct CatchUpTests {
  private let user = UserID(rawValue: 1)

  private func message(_ number: Int64, for audience: Set<UserID>? = nil) -> HistoryEntry {
    HistoryEntry(number: number, time: 0, kind: .message, audience: audience, payload: [])
  }

  private func deletion(_ number: Int64) -> HistoryEntry {
    HistoryEntry(number: number, time: 0, kind: .moderation, messageID: "m", payload: [])
  }

  private func gap(_ number: Int64) -> HistoryEntry { HistoryEntry(number: number, time: 0, kind: .gap, payload: []) }

  private func page(_ entries: [HistoryEntry], isComplete: Bool = true) -> HistoryStore.Page {
    HistoryStore.Page(isComplete: isComplete, entries: entries)
  }

  /// Memory begins after `start`, with `first`.
  private func hand(_ start: Int64, _ first: HistoryEntry? = nil, lostThrough: Int64 = .min) -> CatchUp.Hand {
    CatchUp.Hand(start: start, first: first, lostThrough: lostThrough)
  }

  /// The numbers of those that are sent.
  private func sent(_ entries: [HistoryEntry], _ catchUp: inout CatchUp) -> [Int64] {
    entries.filter { catchUp.takes($0, for: user) }.map(\.number)
  }

  // What is sent.

  @Test func whoComesBackGetsAllThatCameAfterThePlaceOnceEach() {
    var catchUp = CatchUp(after: 10)
    #expect(sent([message(11), deletion(12), gap(13), message(14)], &catchUp) == [11, 12, 13, 14])
    #expect(catchUp.place == 14)
  }

  @Test func whatIsForOthersIsPassedOver() {
    var catchUp = CatchUp(after: 10)
    let whisper = message(11, for: [UserID(rawValue: 2)])
    #expect(sent([whisper, message(12, for: [user])], &catchUp) == [12])
    #expect(sent([message(13, for: [UserID(rawValue: 2)])], &catchUp) == [])
    #expect(catchUp.place == 13)
  }

  @Test func gapsWithNothingBetweenThemAreOne() {
    var catchUp = CatchUp(after: 10)
    let whisper = message(12, for: [UserID(rawValue: 2)])
    #expect(
      sent([gap(11), whisper, gap(13), message(14), gap(15), deletion(16), gap(17)], &catchUp) == [11, 14, 15, 16, 17])
  }

  @Test func whoComesBackWithTheCursorOfAGapIsNotToldOfAnotherRightBehindIt() {
    var catchUp = CatchUp(after: 10, isPastGap: true)
    #expect(sent([gap(11), message(12), gap(13)], &catchUp) == [12, 13])
  }

  @Test func whoIsNewGetsNoDeletionsAndNoGapBeforeTheFirstMessage() {
    var catchUp = CatchUp(after: 10, arrival: 100)
    #expect(
      sent([gap(11), deletion(12), message(13), deletion(14), gap(15), gap(16), message(17)], &catchUp) == [13, 15, 17])
  }

  @Test func whoIsNewHearsOfWhatIsTakenAwayAfterTheyCame() {
    var catchUp = CatchUp(after: 10, arrival: 14)
    #expect(sent([message(11), deletion(12), message(13), deletion(14), deletion(15)], &catchUp) == [11, 13, 15])
  }

  /// A write that was cut short may leave an entry on disk twice.
  @Test func whatWasSentIsNotSentAgain() {
    var catchUp = CatchUp(after: 10)
    #expect(sent([message(11), message(12), message(11), message(12), message(13)], &catchUp) == [11, 12, 13])
  }

  // What is not kept any more.

  @Test func whatIsNotKeptAnyMoreIsAGapAtItsEnd() {
    var catchUp = CatchUp(after: 10)
    #expect(catchUp.skip(to: 10) == nil)
    #expect(catchUp.skip(to: 20) == 20)
    #expect(catchUp.place == 20)
    // And nothing was said since.
    #expect(catchUp.skip(to: 30) == nil && catchUp.place == 30)
    #expect(sent([gap(31), message(32)], &catchUp) == [32])
    #expect(catchUp.skip(to: 40) == 40)
  }

  @Test func whoIsNewMissesWhatIsNotKeptBehindTheirFirstMessage() {
    var catchUp = CatchUp(after: 10, arrival: 100)
    #expect(sent([message(11)], &catchUp) == [11])
    #expect(catchUp.skip(to: 20) == 20)
    var other = CatchUp(after: 10, arrival: 100)
    #expect(sent([message(11)], &other) == [11])
    #expect(other.open(page([message(31)], isComplete: false), hand(50, message(51))) == 30)
    var third = CatchUp(after: 10, arrival: 100)
    #expect(sent([message(11)], &third) == [11])
    #expect(third.close(page([]), hand(50, message(51), lostThrough: 40)) == 50)
  }

  /// They are not told, so that what is lost afterwards has to be.
  @Test func whoIsNewHasNotBeenToldOfAGapThatWasPassedOver() {
    var catchUp = CatchUp(after: 10, arrival: 100)
    #expect(catchUp.skip(to: 20) == nil)
    #expect(sent([gap(21)], &catchUp) == [])
    #expect(!catchUp.isPastGap)
    #expect(sent([message(22), gap(23)], &catchUp) == [22, 23])
    #expect(catchUp.isPastGap)
  }

  @Test func whoIsNewMissesNothingThatIsNotKept() {
    var catchUp = CatchUp(after: 10, arrival: 100)
    #expect(catchUp.skip(to: 20) == nil)
    #expect(catchUp.place == 20)
    var other = CatchUp(after: 10, arrival: 100)
    #expect(other.open(page([message(31)], isComplete: false), hand(50, message(51))) == nil)
    #expect(other.close(page([]), hand(50, message(51), lostThrough: 40)) == nil)
  }

  // Pages from disk.

  @Test func aCompletePageTellsNothingAndGoesOnBehindItsEnd() {
    var catchUp = CatchUp(after: 10)
    let page = page([message(11), message(12)])
    #expect(catchUp.open(page, hand(50, message(51))) == nil)
    #expect(sent(page.entries, &catchUp) == [11, 12])
    #expect(catchUp.close(page, hand(50, message(51))) == nil)
    #expect(catchUp.place == 12)
  }

  @Test func whatIsMissingBeforeAPageIsAGapBeforeItsFirstEntry() {
    var catchUp = CatchUp(after: 10)
    let page = page([message(21)], isComplete: false)
    #expect(catchUp.open(page, hand(50, message(51))) == 20)
    #expect(catchUp.open(page, hand(50, message(51))) == nil)
    #expect(sent([gap(22), message(23)], &catchUp) == [23])
  }

  @Test func aGapThatTheRoomRemembersIsTheSameOne() {
    var catchUp = CatchUp(after: 10)
    let page = page([gap(21), message(22)], isComplete: false)
    #expect(catchUp.open(page, hand(50, message(51))) == 21)
    #expect(sent(page.entries, &catchUp) == [22])
  }

  @Test func aPageThatIsIncompleteAndEmptyIsAGapBeforeWhatIsAtHand() {
    var catchUp = CatchUp(after: 10)
    let page = page([], isComplete: false)
    #expect(catchUp.open(page, hand(50, message(51))) == 50)
    #expect(catchUp.close(page, hand(50, message(51))) == nil)
    #expect(catchUp.place == 50)
  }

  @Test func aPageThatIsIncompleteAndBehindWhatIsAtHandIsAGapBeforeThat() {
    var catchUp = CatchUp(after: 10)
    #expect(catchUp.open(page([message(61)], isComplete: false), hand(50, message(51))) == 50)
  }

  @Test func whatIsBothOnDiskAndAtHandIsTakenFromMemory() {
    var catchUp = CatchUp(after: 10)
    // The disk has caught up while it was read; of this page only 11 and 12 are before what is at hand.
    let page = page([message(11), message(12), message(13)])
    let hand = hand(12, message(13))
    #expect(sent(page.entries.filter { $0.number <= hand.start }, &catchUp) == [11, 12])
    #expect(catchUp.close(page, hand) == nil)
    #expect(catchUp.place == 12)
  }

  @Test func whatTheDiskDidNotTakeIsAGapBeforeWhatIsAtHand() {
    var catchUp = CatchUp(after: 10)
    let rest = page([])
    #expect(catchUp.close(rest, hand(50, message(51), lostThrough: 40)) == 50)
    #expect(catchUp.place == 50)
    var other = CatchUp(after: 10)
    #expect(other.close(rest, hand(50, gap(51), lostThrough: 40)) == 51)
    // What is lost may lie behind this page's end: nothing is told before that is reached.
    var third = CatchUp(after: 10)
    #expect(third.close(page([message(11)]), hand(50, message(51), lostThrough: 40)) == nil)
    #expect(third.place == 11)
  }

  /// The disk has taken things again since, and some of what is at hand, too.
  @Test func whatTheDiskDidNotTakeForAWhileIsAGapEvenIfItsOwnIsAtHand() {
    var catchUp = CatchUp(after: 10)
    let page = page([message(11), gap(60), message(61)])
    let hand = hand(50, message(51), lostThrough: 60)
    #expect(sent(page.entries.filter { $0.number <= hand.start }, &catchUp) == [11])
    #expect(catchUp.close(page, hand) == 50)
    // It is told once.
    var other = CatchUp(after: 10)
    let later = self.page([message(11), gap(40), message(55)])
    let all = self.hand(50, message(51), lostThrough: 40)
    #expect(sent(later.entries.filter { $0.number <= all.start }, &other) == [11, 40])
    #expect(other.close(later, all) == nil)
  }

  @Test func aPlaceBehindWhatIsAtHandStays() {
    var catchUp = CatchUp(after: 60)
    #expect(catchUp.close(page([]), hand(50, message(51))) == nil)
    #expect(catchUp.place == 60)
    #expect(catchUp.close(page([message(55)]), hand(58, message(59))) == nil)
    #expect(catchUp.place == 60)
  }
}
