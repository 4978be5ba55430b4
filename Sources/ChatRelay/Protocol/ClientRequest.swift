import FoundationEssentials
import Storage

/// One request of a client, as far as it can be understood without knowing who asks.
struct ClientRequest: Equatable {
  enum Action: Equatable {
    case status
    case viewCount
    case writer(Route)
    case send(Draft)
  }

  var reference: RequestReference
  /// What to do, or why it cannot be done.
  var action: Result<Action, RequestError>

  /// Reads a text frame.
  init(_ frame: [UInt8]) {
    guard !Self.breaksGrammar(frame),
      let members = try? JSONDecoder().decode([String: Member].self, from: Data(frame))
    else {
      self.init(reference: RequestReference(), action: .failure(.init(.malformed, "A request is one JSON object.")))
      return
    }
    let keys = RequestKeys(members: members)
    let reference = RequestReference(type: try? keys.text("type"), id: try? keys.id())
    do throws(RequestError) {
      _ = try keys.id()
      self.init(reference: reference, action: .success(try Self.action(try keys.text("type"), keys)))
    } catch {
      self.init(reference: reference, action: .failure(error))
    }
  }

  private init(reference: RequestReference, action: Result<Action, RequestError>) {
    self.reference = reference
    self.action = action
  }

  /// Whether a comma has nothing after it, or a control character stands unescaped, which JSON forbids (RFC 8259) and the
  /// decoder lets pass.
  private static func breaksGrammar(_ frame: [UInt8]) -> Bool {
    var isInText = false
    var isEscaped = false
    var previous: UInt8 = 0
    for byte in frame {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isInText: isEscaped = true
      case UInt8(ascii: "\""): isInText.toggle()
      case UInt8(ascii: "}"), UInt8(ascii: "]"): if !isInText, previous == UInt8(ascii: ",") { return true }
      case UInt8(ascii: " "): continue
      case UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): if isInText { return true } else { continue }
      case 0..<0x20: return true
      default: break
      }
      previous = isInText ? 0 : byte
    }
    return false
  }

  private static func action(_ type: String, _ keys: RequestKeys) throws(RequestError) -> Action {
    switch type {
    case "status": .status
    case "viewcount": .viewCount
    case "writer": .writer(try keys.route())
    case "text": .send(try draft(.text, keys))
    case "emote": .send(try draft(.emote, keys))
    default: throw RequestError(.unknownType, "There is no request of this type.")
    }
  }

  private static func draft(_ style: LineStyle, _ keys: RequestKeys) throws(RequestError) -> Draft {
    try Draft(style, keys.text("text"), route: keys.route(), replyTo: keys.optionalText("reply_to"))
  }
}

/// A value in a request, as far as anything here looks into one.
enum Member: Decodable, Equatable {
  case text(String)
  case integer(Int64)
  case null
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else {
      self = .other
    }
  }
}
