import Storage
import TestSupport
import Testing

@testable import ChatRelay

@Suite struct JSONWriterTests {
  @Test func writesNestedObjectsAndArrays() throws {
    var json = JSONWriter()
    json.object { json in
      json.member("a", 1)
      json.member("b", array: [1, 2]) { json, number in json.object { $0.member("n", number) } }
      json.member("c") { json in
        json.member("d", true)
        json.member("e", ifPresent: nil)
        json.member("f", ifPresent: "g")
      }
      json.member("h", array: [Int]()) { _, _ in }
      json.member("i", -3)
    }
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"a":1,"b":[{"n":1},{"n":2}],"c":{"d":true,"f":"g"},"h":[],"i":-3}"#)
  }

  @Test(arguments: ["plain", "a\"b", "back\\slash", "line\nbreak\ttab\u{1}", "潮風 👩‍👩‍👧", "</script>", "\u{7F}\u{2028}", ""])
  func textComesBackAsItWas(_ text: String) throws {
    var json = JSONWriter()
    json.object { $0.member("text", text) }
    #expect(try JSON(json.bytes)["text"]?.text == text)
  }

  @Test(arguments: ["\"", "\\", "\u{1F}", "\u{0}", " ", "!", "#", "\u{7F}", "é"], 0..<20)
  func whatNeedsAnEscapeGetsOneWhereverItStands(_ character: String, _ place: Int) throws {
    let text = String(repeating: "x", count: place) + character + String(repeating: "y", count: 19 - place)
    var json = JSONWriter(capacity: 1)
    json.object { json in
      json.member("text", text)
      json.member("start", String(text.unicodeScalars.prefix(place + 1)))
    }
    #expect(try JSON(json.bytes)["text"]?.text == text)
    #expect(try JSON(json.bytes)["start"]?.text == String(text.unicodeScalars.prefix(place + 1)))
  }

  @Test func whatWasWrittenBeforeIsTakenOver() {
    var part = JSONWriter()
    part.member("b", 2)
    part.member("c", utf8: "x\n".utf8Span.span)
    var json = JSONWriter()
    json.object { json in
      json.member("a") { $0.members(part.bytes.span) }
      json.members(part.bytes.span)
      json.member("cursor", Cursor(StreamID(rawValue: 21), 7))
    }
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"a":{"b":2,"c":"x\u000a"},"b":2,"c":"x\u000a","cursor":"21-7"}"#)
  }

  @Test(arguments: [0, 9, 10, -1, 1_234_567_890, .max, .min] as [Int64]) func writesWholeNumbers(number: Int64) {
    var json = JSONWriter()
    json.object { json in
      json.member(number) { $0.member("n", number) }
      json.member(7) { _ in }
    }
    #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"\#(number)":{"n":\#(number)},"7":{}}"#)
  }
}
