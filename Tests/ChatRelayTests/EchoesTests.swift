import Testing
import Twitch

@testable import ChatRelay

@Suite struct EchoesTests {
  @Test func aLateEchoSettlesALineWithoutAnAnswer() {
    var echoes = Echoes()
    echoes.depart()
    #expect(echoes.lose(1, text: "hello") == nil)
    #expect(echoes.arrive("m1", text: "hello") == 1)
    #expect(echoes.giveUp(1) == false)
    #expect(echoes.arrive("m2", text: "hello") == nil)
  }

  @Test func anEchoThatWasFasterThanTheFailureSettlesToo() {
    var echoes = Echoes()
    echoes.depart()
    #expect(echoes.arrive("m1", text: "hello") == nil)
    #expect(echoes.lose(1, text: "hello") == "m1")
  }

  @Test func anAnsweredLineIsNoOthersEcho() {
    var echoes = Echoes()
    echoes.depart()
    #expect(echoes.arrive("m1", text: "hello") == nil)
    echoes.settle("m1")
    echoes.depart()
    #expect(echoes.lose(2, text: "hello") == nil)
    #expect(echoes.arrive("m1", text: "hello") == nil)
    #expect(echoes.giveUp(2) == true)
  }

  @Test func whatCameBeforeTheLineLeftIsNotItsEcho() {
    var echoes = Echoes()
    _ = echoes.arrive("m0", text: "hello")
    echoes.depart()
    #expect(echoes.lose(1, text: "hello") == nil)
  }

  @Test func linesSettleInOrder() {
    var echoes = Echoes()
    _ = echoes.lose(1, text: "a")
    _ = echoes.lose(2, text: "a")
    #expect(echoes.arrive("m1", text: "a") == 1)
    #expect(echoes.arrive("m2", text: "a") == 2)
  }

  @Test(arguments: [
    ("👨‍👩‍👧 hi", "👨👩👧 hi"), ("two  spaces", "two spaces"), ("answer", "@name answer"), ("a\u{E0001}", "a"),
  ])
  func whatTwitchChangesDoesNotMatter(_ sent: String, _ arrived: String) {
    var echoes = Echoes()
    _ = echoes.lose(1, text: sent)
    #expect(echoes.arrive("m", text: arrived) == 1)
  }
}
