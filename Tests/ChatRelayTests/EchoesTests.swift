import Storage
import Testing
import Twitch

@testable import ChatRelay

@Suite struct EchoesTests {
  private var echoes = Echoes()

  private mutating func lose(_ number: Int, _ text: String) -> [Echoes.Settlement] {
    echoes.depart(.init(number: number, text: text))
    return echoes.lose()
  }

  @Test mutating func aLateEchoSettlesALineWithoutAnAnswer() {
    #expect(lose(1, "hello") == [])
    #expect(echoes.arrive("m1", text: "hello") == .init(line: 1, id: "m1"))
    #expect(echoes.giveUp(1) == false)
    #expect(echoes.arrive("m2", text: "hello") == nil)
  }

  @Test mutating func anEchoThatWasFasterThanTheFailureSettlesToo() {
    echoes.depart(.init(number: 1, text: "hello"))
    #expect(echoes.arrive("m1", text: "hello") == nil)
    #expect(echoes.knows("m1") == true)
    #expect(echoes.lose() == [.init(line: 1, id: "m1")])
  }

  @Test mutating func anAnsweredLineIsNoOthersEcho() {
    echoes.depart(.init(number: 1, text: "hello"))
    #expect(echoes.arrive("m1", text: "hello") == nil)
    #expect(echoes.settle("m1") == [])
    #expect(lose(2, "hello") == [])
    #expect(echoes.arrive("m1", text: "hello") == nil)
    #expect(echoes.giveUp(2) == true)
  }

  @Test mutating func whatCameBeforeTheLineLeftIsNotItsEcho() {
    #expect(echoes.arrive("m0", text: "hello") == nil)
    #expect(lose(1, "hello") == [])
    #expect(echoes.knows("m0") == false)
  }

  @Test mutating func linesSettleInOrder() {
    _ = lose(1, "a")
    _ = lose(2, "a")
    #expect(echoes.arrive("m1", text: "a")?.line == 1)
    #expect(echoes.arrive("m2", text: "a")?.line == 2)
  }

  /// The same words twice in a row, and Twitch answered only for the second.
  @Test(arguments: [["m1", "m2"], ["m2", "m1"]] as [[MessageID]])
  mutating func theEchoOfALineIsNotTakenForAnEarlierOneWithTheSameWords(_ arrivals: [MessageID]) {
    _ = lose(1, "again")
    echoes.depart(.init(number: 2, text: "again"))
    for id in arrivals { #expect(echoes.arrive(id, text: "again") == nil) }
    #expect(echoes.settle("m2") == [.init(line: 1, id: "m1")])
  }

  @Test mutating func theEchoAfterTheAnswerSettlesNothingElse() {
    _ = lose(1, "again")
    echoes.depart(.init(number: 2, text: "again"))
    #expect(echoes.settle("m2") == [])
    #expect(echoes.arrive("m2", text: "again") == nil)
    #expect(echoes.arrive("m1", text: "again")?.line == 1)
  }

  @Test mutating func whatMayHaveBeenTheEchoOfADeclinedLineIsThatOfTheEarlierOne() {
    _ = lose(1, "again")
    echoes.depart(.init(number: 2, text: "again"))
    _ = echoes.arrive("m1", text: "again")
    #expect(echoes.drop() == [.init(line: 1, id: "m1")])
  }

  @Test mutating func twoLinesWithoutAnAnswerAreSettledByOneEchoEach() {
    _ = lose(1, "again")
    echoes.depart(.init(number: 2, text: "again"))
    _ = echoes.arrive("m1", text: "again")
    #expect(echoes.lose() == [.init(line: 1, id: "m1")])
    #expect(echoes.arrive("m2", text: "again")?.line == 2)
  }

  @Test(arguments: [
    ("👨‍👩‍👧 hi", "👨👩👧 hi"), ("two  spaces", "two spaces"), ("a\u{E0001}", "a"), ("new \u{1FADF}!", "new !"),
    ("👍🏽", "👍"),
  ])
  mutating func whatTwitchChangesDoesNotMatter(_ sent: String, _ arrived: String) {
    _ = lose(1, sent)
    #expect(echoes.arrive("m", text: arrived)?.line == 1)
  }

  @Test(arguments: [
    ("yes", "oh yes"), ("hello", "hello there"), ("hi", "hi!"), ("👍", "👎"), ("hello", ""), ("no", "NO"),
  ])
  mutating func anotherLineOfTheSameAccountIsNoEcho(_ sent: String, _ other: String) {
    _ = lose(1, sent)
    #expect(echoes.arrive("m", text: other) == nil)
  }

  @Test mutating func aReplyBeginsWithAName() {
    echoes.depart(.init(number: 1, text: "answer", isReply: true))
    _ = echoes.lose()
    #expect(echoes.arrive("m", text: "@name answer")?.line == 1)
  }

  @Test mutating func anActionIsNoText() {
    echoes.depart(.init(number: 1, text: "waves", isAction: true))
    _ = echoes.lose()
    #expect(echoes.arrive("m1", text: "waves") == nil)
    #expect(echoes.arrive("m2", text: "waves", isAction: true)?.line == 1)
  }
}

@Suite struct RepetitionTests {
  private let route = Route(sender: .init(rawValue: 1), target: .init(rawValue: 2))
  private let start = ContinuousClock.now

  private func draft(_ text: String, replyTo: String? = nil) throws(RequestError) -> Draft {
    try Draft(.text, text, route: route, replyTo: replyTo)
  }

  @Test func theSameAgainWithinThirtySecondsIsARepetition() throws {
    var repetition = Repetition()
    #expect(repetition.isRepeated(try draft("a"), at: start) == false)
    repetition.note(try draft("a"), at: start)
    #expect(repetition.isRepeated(try draft("a"), at: start + .seconds(29)) == true)
    #expect(repetition.isRepeated(try draft("a"), at: start + .seconds(30)) == false)
    #expect(repetition.isRepeated(try draft("b"), at: start) == false)
    #expect(repetition.isRepeated(try draft("a", replyTo: "m"), at: start) == false)
    #expect(repetition.isRepeated(try draft("/me a"), at: start) == false)
  }

  @Test func onlyTheLastLineCounts() throws {
    var repetition = Repetition()
    repetition.note(try draft("a"), at: start)
    repetition.note(try draft("b"), at: start)
    #expect(repetition.isRepeated(try draft("a"), at: start) == false)
    repetition.forget()
    #expect(repetition.isRepeated(try draft("b"), at: start) == false)
  }
}
