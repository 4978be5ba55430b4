import FoundationEssentials
import Storage
import Twitch

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
    // Foundation's decoder lets through what is no JSON: commas without a value, control characters, numbers such as 00.
    guard JSONReader.accepts(frame),
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
