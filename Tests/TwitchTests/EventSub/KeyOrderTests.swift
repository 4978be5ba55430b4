import Testing

@testable import Twitch

@Suite struct KeyOrderTests {
  /// The keys of an object, its own and those of objects in it, by a reader that expects those keys.
  private func fields(_ json: String, _ keys: inout KeyOrder) throws -> [JSONField] {
    var reader = try JSONReader(Array(json.utf8), keys: keys)
    let fields = try fields(&reader)
    try reader.end()
    keys = reader.keys
    return fields
  }

  private func fields(_ reader: inout JSONReader) throws -> [JSONField] {
    var fields: [JSONField] = []
    guard try reader.beginObject() else { return [] }
    while let field = try reader.nextField() {
      fields.append(field)
      if field == .message || field == .emote { fields += try self.fields(&reader) } else { try reader.skip() }
    }
    return fields
  }

  /// Enough after the last key for it to be looked at all at once.
  private let end = #""\#(String(repeating: "x", count: 40))"}"#

  private func expected(_ keys: KeyOrder, _ text: String, at place: Int = 0, depth: Int = 1) -> JSONField? {
    keys.expected(at: place, of: Array(text.utf8).span, depth: depth)?.field
  }

  private func key(_ name: String) throws -> KeyOrder.Key {
    let key = KeyOrder.key(Array(name.utf8).span)
    return try #require(key)
  }

  @Test func aKeyIsExpectedWhereItWas() throws {
    let padding = String(repeating: " ", count: 40)
    var keys = KeyOrder.unknown
    #expect(expected(keys, #""id":"# + padding) == nil)
    keys.learn(try key("id"), depth: 1)
    keys.learn(try key("text"), depth: 1)
    #expect(expected(keys, #""id":"# + padding) == nil)
    keys.begin()
    #expect(expected(keys, #""id":"# + padding) == .id)
    #expect(expected(keys, #"x"id":"# + padding, at: 1) == .id)
    #expect(expected(keys, #""id":"# + padding, depth: 2) == nil)
    #expect(expected(keys, #""text":"# + padding) == nil)
    // It is looked up where no 32 bytes are left.
    #expect(expected(keys, #""id":1}"#) == nil)
    keys.pass(try key("id"))
    #expect(expected(keys, #""text":"# + padding) == .text)
  }

  @Test(arguments: JSONField.allCases) func everyKeyIsFound(field: JSONField) throws {
    var keys = KeyOrder.unknown
    for _ in 0..<2 {
      #expect(try fields(#"{"\#(field.rawValue)":\#(end)"#, &keys) == [field])
      #expect(try fields(#"{"\#(field.rawValue)":1}"#, &keys) == [field])
    }
  }

  @Test(arguments: JSONField.allCases.filter { $0 != .other }) func anotherKeyIsNotTakenForTheExpectedOne(
    field: JSONField
  ) throws {
    let name = field.rawValue
    let others = [
      name + "_", String(name.dropLast()), "_" + name.dropFirst(), String(name.dropLast()) + "_", name.uppercased(),
    ]
    for other in others {
      var keys = KeyOrder.unknown
      #expect(try fields(#"{"\#(name)":\#(end)"#, &keys) == [field])
      #expect(try fields(#"{"\#(other)":\#(end)"#, &keys) == [JSONField(other)])
      #expect(try fields(#"{"\#(name)":\#(end)"#, &keys) == [field])
    }
  }

  @Test func keysMayComeInAnotherOrder() throws {
    var keys = KeyOrder.unknown
    for _ in 0..<2 {
      #expect(try fields(#"{"id":1,"type":2,"text":\#(end)"#, &keys) == [.id, .type, .text])
      #expect(try fields(#"{"text":1,"id":2,"text":3,"type":\#(end)"#, &keys) == [.text, .id, .text, .type])
    }
  }

  @Test func keysThatNobodyAsksForMayComeInBetween() throws {
    var keys = KeyOrder.unknown
    for _ in 0..<2 {
      #expect(
        try fields(#"{"id":1,"new":2,"type":3,"newer":{"id":4},"text":\#(end)"#, &keys) == [
          .id, .other, .type, .other, .text,
        ])
      #expect(try fields(#"{"id":1,"type":3,"text":\#(end)"#, &keys) == [.id, .type, .text])
    }
  }

  @Test func theSameKeyHasAnotherOneAfterItInAnotherObject() throws {
    var keys = KeyOrder.unknown
    for _ in 0..<2 {
      #expect(
        try fields(#"{"text":1,"message":{"text":2,"emote":{"text":3,"id":4},"type":5},"color":\#(end)"#, &keys)
          == [.text, .message, .text, .emote, .text, .id, .type, .color])
    }
  }

  @Test func anEscapedKeyIsFoundWhereAnotherWasExpected() throws {
    var keys = KeyOrder.unknown
    for _ in 0..<2 {
      #expect(try fields(#"{"id":1,"text":\#(end)"#, &keys) == [.id, .text])
      #expect(try fields(#"{"\u0069d":1,"te\u0078t":\#(end)"#, &keys) == [.id, .text])
    }
  }

  @Test func depthsBeyondTheEighthShareTheirExpectations() throws {
    let deep = String(repeating: #"{"message":"#, count: 20) + #"{"id":1}"# + String(repeating: "}", count: 20)
    var keys = KeyOrder.unknown
    for _ in 0..<3 {
      #expect(try fields(deep, &keys) == [JSONField](repeating: .message, count: 20) + [.id])
    }
  }

  @Test(arguments: [#"{"id"}"#, #"{"id" 1}"#, #"{"id:1}"#, #"{"id":}"#, #"{id":1}"#, #"{"id"#, #"{"id""#])
  func whatIsBrokenAfterOrAroundAnExpectedKeyIsAnError(json: String) throws {
    let padding = String(repeating: " ", count: 40)
    var keys = KeyOrder.unknown
    #expect(try fields(#"{"id":\#(end)"#, &keys) == [.id])
    #expect(throws: JSONError.self) { try fields(json, &keys) }
    #expect(throws: JSONError.self) { try fields(json + padding, &keys) }
  }
}
