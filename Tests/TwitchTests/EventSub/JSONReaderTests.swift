import Testing

@testable import Twitch

@Suite struct JSONReaderTests {
  /// Reads `{"text": …}` and nothing else.
  private func text(_ json: String) throws -> String? { try text(Array(json.utf8)) }

  private func text(_ bytes: [UInt8]) throws -> String? {
    var reader = try JSONReader(bytes)
    var text: String?
    guard try reader.beginObject() else { return nil }
    while let field = try reader.nextField() {
      if field == .text { text = try reader.string() } else { try reader.skip() }
    }
    try reader.end()
    return text
  }

  @Test(arguments: [
    (#"{"text":"plain"}"#, "plain"),
    (#" { "text" : "spaced" } "#, "spaced"),
    (#"{"text":""}"#, ""),
    (#"{"text":"日本語 👩‍🚀 é ﷽"}"#, "日本語 👩‍🚀 é ﷽"),
    (#"{"text":"\"\\\/\b\f\n\r\t"}"#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#"{"text":"a\u0026b\u003c\u00e9\u2028"}"#, "a&b<é\u{2028}"),
    (#"{"text":"\ud83d\ude80!"}"#, "🚀!"),
    (#"{"text":"\u0001ACTION x\u0001"}"#, "\u{1}ACTION x\u{1}"),
    (#"{"\u0074ext":"escaped key"}"#, "escaped key"),
    (#"{"other":{"text":"inner","deep":[1,[2,{"x":null}],"]}"]},"text":"outer"}"#, "outer"),
    (#"{"numbers":[0,-1,2.5,1e9,-0.5E-3,10],"flags":[true,false,null],"text":"after"}"#, "after"),
    (#"{"text":"first","text":"last"}"#, "last"),
  ])
  func aStringIsRead(json: String, expected: String) throws {
    #expect(try text(json) == expected)
  }

  @Test(arguments: [
    "{\"text\":1}", "{\"text\":null}", "{\"text\":{\"a\":[]}}", "{\"text\":[]}", "{}", "[]", "\"text\"",
  ])
  func whatIsNoStringCountsAsAbsent(json: String) throws {
    #expect(try text(json) == nil)
  }

  @Test(arguments: [
    "", " ", "{", "}", "{\"text\"", "{\"text\":", "{\"text\":}", "{\"text\":\"a}", "{\"text\":\"a\"", "{\"text\":\"a\\",
    "{\"text\" \"a\"}", "{text:\"a\"}", "{\"text\":\"a\",}", "{,\"text\":\"a\"}", "{\"text\":\"a\" \"b\":1}",
    "{\"x\":[1,],\"text\":\"a\"}", "{\"x\":[1 2]}", "{\"x\":[}", "{\"x\":{]}", "{\"text\":\"a\"}}",
    "{\"text\":\"a\"} x",
    "{\"x\":tru}", "{\"x\":trux}", "{\"x\":falze}", "{\"x\":nulL}", "{\"x\":nul", "{\"x\":True}", "{\"x\":01}",
    "{\"x\":-}", "{\"x\":1.}", "{\"x\":.5}", "{\"x\":1e}",
    "{\"x\":+1}", "{\"x\":NaN}", "{\"x\":'a'}", "{\"text\":\"a\nb\"}",
  ])
  func brokenSyntaxIsAnError(json: String) {
    #expect(throws: JSONError.self) { try text(json) }
  }

  @Test(arguments: [
    #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ude80""#, #""\ud83dx""#,
    #""\u+123""#, #""\uＦＦＦＦ""#,
  ])
  func aBrokenEscapeIsAnError(string: String) {
    #expect(throws: JSONError.self) { try text("{\"text\":\(string)}") }
  }

  @Test(arguments: [
    [0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80],
  ])
  func brokenUTF8IsAnError(bytes: [UInt8]) {
    for key in ["text", "skipped"] {
      let json = Array("{\"\(key)\":\"".utf8) + bytes + Array("\"}".utf8)
      #expect(throws: JSONError.notUTF8) { try text(json) }
    }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func deepNestingIsAnErrorAndNoCrash(opening: String) {
    let json = "{\"x\":" + String(repeating: opening, count: 100_000)
    #expect(throws: JSONError.tooDeep) { try text(json) }
  }

  @Test func everyPrefixOfAFrameIsAnErrorAndNoCrash() throws {
    let frame = Array(try Sample("notification_channel_chat_message_cheer").data)
    for count in 0..<frame.count - 1 {
      #expect(throws: EventSubError.self) { try decoded(Array(frame.prefix(count))) }
    }
  }

  @Test func noChangeOfOneByteOfAFrameCrashes() throws {
    var frame = Array(try Sample("notification_channel_chat_message_me_action").data)
    for index in frame.indices {
      let original = frame[index]
      for byte in [0, 0x22, 0x2C, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xFF] as [UInt8] {
        frame[index] = byte
        _ = try? decoded(frame)
      }
      frame[index] = original
    }
  }

  @Test(arguments: [("12", 12), ("-3", -3), ("0", 0), ("1.5", nil), ("1e3", nil), ("\"7\"", nil), ("null", nil)])
  func anIntegerIsRead(json: String, expected: Int?) throws {
    var reader = try JSONReader(Array(json.utf8))
    #expect(try reader.integer() == expected)
    try reader.end()
  }

  @Test(arguments: [("true", true), ("false", false), ("null", nil), ("\"true\"", nil), ("1", nil)])
  func aTruthValueIsRead(json: String, expected: Bool?) throws {
    var reader = try JSONReader(Array(json.utf8))
    #expect(try reader.boolean() == expected)
    try reader.end()
  }
}
