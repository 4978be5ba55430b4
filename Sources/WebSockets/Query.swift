/// The parameters of a URL's query or of an `application/x-www-form-urlencoded` body, decoded, in their order.
public struct Query: Sendable, Equatable {
  /// One `name=value`; without the equals sign, the value is empty.
  public struct Item: Sendable, Equatable {
    /// What stands before the equals sign.
    public var name: String
    /// What stands behind it.
    public var value: String

    /// Makes an item of a name and a value that are decoded already.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// All parameters; a name may occur more than once.
  public var items: [Item]

  /// A query with these parameters.
  public init(_ items: [Item] = []) {
    self.items = items
  }

  /// Decodes `a=1&b=2` with `+` as a space and `%XX` as bytes of UTF-8. Escapes that are none stay as they are.
  public init(form: String) {
    items = form.split(separator: "&").map { Item(decoding: $0) }
  }

  /// The first value of that name.
  public subscript(name: String) -> String? {
    items.first { $0.name == name }?.value
  }

  /// All values of that name, in their order.
  public func all(_ name: String) -> [String] {
    items.filter { $0.name == name }.map(\.value)
  }
}

extension Query.Item {
  init(decoding text: Substring) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    name = Self.decode(parts[0])
    value = parts.count > 1 ? Self.decode(parts[1]) : ""
  }

  /// One `name=value` whose escapes are decoded already.
  init(decoded text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    value = parts.count > 1 ? String(parts[1]) : ""
  }

  private static func decode(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      let escape = rest.prefix(2)
      if byte == UInt8(ascii: "%"), escape.count == 2, escape.allSatisfy(\.isHexDigit),
        let value = UInt8(String(decoding: escape, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
