import Storage
import Testing

@testable import ChatRelay

@Suite struct DraftTests {
  private let route = Route(sender: AccountID(rawValue: 17), target: AccountID(rawValue: 14))
  private let internalRoute = Route(sender: AccountID(rawValue: 0), target: AccountID(rawValue: 0))

  @Test func commandsChooseWhereALineGoes() throws {
    #expect(try Draft(.text, "hello", route: route).destination == .channel(route))
    #expect(try Draft(.text, "hello", route: internalRoute).destination == .room)
    let mixed = Route(sender: internalRoute.sender, target: route.target)
    #expect(try Draft(.text, "hello", route: mixed).destination == .channel(mixed))
    let toRoom = try Draft(.text, "/irc hello there", route: route)
    #expect(toRoom.destination == .room)
    #expect(toRoom.text == "hello there")
    let toUser = try Draft(.emote, "/msg john waves at you", route: route)
    #expect(toUser.destination == .user(named: "john"))
    #expect(toUser.text == "waves at you")
    #expect(toUser.style == .emote)
  }

  /// An accent, a variation selector or a joiner makes one character with the space before it.
  @Test(arguments: ["\u{301}", "\u{FE0F}", "\u{200D}"])
  func aSpaceEndsACommandWhateverFollows(_ mark: String) throws {
    let toRoom = try Draft(.text, "/irc \(mark)secret", route: route)
    #expect(toRoom.destination == .room)
    #expect(toRoom.text == "\(mark)secret")
    let toUser = try Draft(.text, "/msg john \(mark)hello", route: route)
    #expect(toUser.destination == .user(named: "john"))
    #expect(toUser.text == "\(mark)hello")
    #expect(try Draft(.text, "/me \(mark)waves", route: route).style == .emote)
  }

  @Test func aWordThatOnlyBeginsLikeACommandIsText() throws {
    #expect(try Draft(.text, "/ircd is old", route: route).destination == .channel(route))
    #expect(try Draft(.text, "say /irc x", route: route).text == "say /irc x")
  }

  @Test(arguments: ["", "   ", "\n", "\u{1}", "/irc", "/irc  ", "/msg", "/msg john", "/msg john  ", "/me", "/me  "])
  func nothingToSayIsRefused(_ text: String) {
    #expect(throws: RequestError(.textEmpty, "There is nothing to send.")) {
      try Draft(.text, text, route: route)
    }
  }

  @Test(arguments: [
    (LineStyle.text, "hello", "hello"), (.emote, "is loving this", "/me is loving this"),
    (.text, "/me waves", "/me waves"), (.text, ".me waves", "/me waves"),
    // FACTS 9.3: the first word of such a text is lost on the way.
    (.text, "/ban somebody", "/ /ban somebody"), (.text, ".foo bar", ". .foo bar"), (.text, "...", ". ..."),
    (.emote, "/ban somebody", "/me /ban somebody"), (.text, "/\u{301}ban somebody", "/ /\u{301}ban somebody"),
    (.text, "  two\r\nlines\u{1} ", "two  lines"),
  ])
  func theNetworkGetsWhatMakesPeopleSeeTheText(_ style: LineStyle, _ written: String, _ wire: String) throws {
    #expect(try Draft(style, written, route: route).wireText == wire)
  }

  @Test func fiveHundredCodePointsAreTheMost() throws {
    let family = "👨‍👩‍👧"  // five code points, one character
    #expect(try Draft(.text, String(repeating: family, count: 100), route: route).text.unicodeScalars.count == 500)
    #expect(throws: RequestError.self) { try Draft(.text, String(repeating: family, count: 100) + "x", route: route) }
    #expect(throws: Never.self) { try Draft(.text, "/irc " + String(repeating: "x", count: 500), route: route) }
    // What is put in front counts: Twitch counts it too.
    #expect(throws: RequestError.self) { try Draft(.text, "/" + String(repeating: "x", count: 499), route: route) }
    #expect(throws: RequestError.self) { try Draft(.emote, String(repeating: "x", count: 497), route: route) }
  }
}
