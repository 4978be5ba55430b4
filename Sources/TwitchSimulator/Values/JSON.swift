import FoundationEssentials

/// A JSON value that keeps its keys in the order in which Twitch sends them.
///
/// The simulator writes its answers with this by hand, so that no type is shared with a client under test.
indirect enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSON])
  case object(Members)

  /// Keys with their values, in order; looking one up is linear, which suits objects of a dozen keys.
  struct Members: Sendable, Equatable {
    struct Member: Sendable, Equatable {
      let key: String
      var value: JSON
    }
    var list: [Member]

    /// Objects are equal whatever the order of their keys.
    static func == (a: Members, b: Members) -> Bool {
      a.list.count == b.list.count && a.list.allSatisfy { b[$0.key] == $0.value }
    }

    subscript(key: String) -> JSON? {
      get { list.first { $0.key == key }?.value }
      set {
        guard let index = list.firstIndex(where: { $0.key == key }) else {
          if let newValue { list.append(Member(key: key, value: newValue)) }
          return
        }
        if let newValue { list[index].value = newValue } else { list.remove(at: index) }
      }
    }
  }

  init(_ value: String?) { self = value.map(JSON.string) ?? .null }
  init(_ value: Int?) { self = value.map(JSON.int) ?? .null }
  init(_ value: Bool?) { self = value.map(JSON.bool) ?? .null }
  init(_ values: [String]) { self = .array(values.map(JSON.string)) }
  init<Owner>(_ id: Identifier<Owner>?) { self.init(id?.rawValue) }

  subscript(key: String) -> JSON? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[key]
    }
    set {
      guard case .object(var members) = self else { return }
      members[key] = newValue
      self = .object(members)
    }
  }

  /// This object with some keys more.
  func adding(_ more: JSON) -> JSON {
    guard case .object(let mine) = self, case .object(let others) = more else { return self }
    return .object(Members(list: mine.list + others.list))
  }

  var string: String? { if case .string(let value) = self { value } else { nil } }
  var int: Int? { if case .int(let value) = self { value } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  var isObject: Bool { if case .object = self { true } else { false } }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Members(list: elements.map { Members.Member(key: $0.0, value: $0.1) }))
  }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .int(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(nilLiteral: ()) { self = .null }
}

extension JSON: Decodable {
  private struct Name: CodingKey {
    let stringValue: String
    init(stringValue: String) { self.stringValue = stringValue }
    var intValue: Int? { nil }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Name.self) {
      let members = try object.allKeys.map {
        Members.Member(key: $0.stringValue, value: try object.decode(JSON.self, forKey: $0))
      }
      self = .object(Members(list: members.sorted { $0.key < $1.key }))
    } else if let array = try? [JSON](from: decoder) {
      self = .array(array)
    } else {
      self = try JSON.scalar(from: decoder.singleValueContainer())
    }
  }

  private static func scalar(from container: any SingleValueDecodingContainer) throws -> JSON {
    if container.decodeNil() { return .null }
    if let value = try? container.decode(Bool.self) { return .bool(value) }
    if let value = try? container.decode(Int.self) { return .int(value) }
    if let value = try? container.decode(Double.self) { return .double(value) }
    return .string(try container.decode(String.self))
  }

  /// Reads a body; nil when it is no JSON.
  init?(_ data: Data) {
    guard let value = try? JSONDecoder().decode(JSON.self, from: data) else { return nil }
    self = value
  }
}
