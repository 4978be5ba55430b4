import FoundationEssentials
import WebSockets

/// A call of the control API: its path in pieces, and its body as whatever type the piece of work wants.
struct ControlCall {
  let request: Request
  /// The path below `/control`.
  let path: [String]

  init(_ request: Request) {
    self.request = request
    path = request.path.split(separator: "/").dropFirst().map(String.init)
  }

  /// The body as a value; an empty body is an empty object.
  func body<Value: Decodable>(as type: Value.Type = Value.self) throws(SimulatorError) -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(Value.self, from: request.body.isEmpty ? Data("{}".utf8) : request.body)
    } catch DecodingError.keyNotFound(let key, _) {
      throw .invalid("\(key.stringValue) is missing")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .invalid("\(place.isEmpty ? "the body" : place) has the wrong type")
    } catch {
      throw .invalid("the body is no JSON that fits here")
    }
  }

  /// Seconds to wait, from the query; at most a minute.
  var timeout: Double { min(request.query["timeout"].flatMap(Double.init) ?? 10, 60) }

  func number(_ name: String) -> Int? { request.query[name].flatMap(Int.init) }

  /// A value as a JSON answer.
  static func answer(_ value: some Encodable) -> Response {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return .json((try? encoder.encode(value)) ?? Data("null".utf8))
  }

  static let done = Response.json(Data(#"{"ok":true}"#.utf8))
}
