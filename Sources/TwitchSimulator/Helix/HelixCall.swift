import HTTPTypes
import WebSockets

/// A call of the API whose token and client id were found good.
struct HelixCall {
  let method: HTTPRequest.Method
  /// The path below `/helix`.
  let path: String
  let query: Query
  /// The JSON body, with what the query has beyond it: Twitch takes a call's fields from either place, and TwitchIO and
  /// pyTwitchAPI put them into the query.
  let body: JSON
  let token: Tokens.Access

  var client: Identifier<Simulator.Client> { token.client }

  /// The user of the token; app tokens are refused with Twitch's words.
  func user(with scope: String) throws(HelixFailure) -> Identifier<Simulator.User> {
    guard let user = token.user else { throw HelixFailure(401, "Missing scope: \(scope)") }
    guard token.scopes.contains(scope) else { throw HelixFailure(401, "Missing scope: \(scope)") }
    return user
  }

  func requireAppToken() throws(HelixFailure) {
    guard token.user == nil else { throw .appTokenNeeded }
  }

  func required(_ name: String) throws(HelixFailure) -> String {
    guard let value = query[name], !value.isEmpty else { throw .missing(name) }
    return value
  }

  /// A string in the body.
  func requiredText(_ name: String) throws(HelixFailure) -> String {
    guard let value = body[name]?.string, !value.isEmpty else { throw .missing(name) }
    return value
  }

  /// A number in the body; nil when it is something else.
  func number(_ name: String) throws(HelixFailure) -> Int? {
    guard let value = body[name] else { throw .missing(name) }
    return value.int ?? query[name].flatMap(Int.init)
  }

  /// How many rows are asked for.
  func first(default usual: Int = 20, limit: Int = 100) throws(HelixFailure) -> Int {
    guard let text = query["first"] else { return usual }
    guard let count = Int(text), count >= 1 else {
      throw HelixFailure(400, "The parameter \"first\" was malformed: the value must be greater than or equal to 1")
    }
    guard count <= limit else {
      throw HelixFailure(400, "The parameter \"first\" was malformed: the value must be less than or equal to \(limit)")
    }
    return count
  }

  /// One page of rows and the cursor to the next.
  func page<Row>(_ rows: [Row], size: Int) throws(HelixFailure) -> (rows: [Row], pagination: JSON) {
    let (places, pagination) = try page(of: rows.count, size: size)
    return (Array(rows[places]), pagination)
  }

  /// Which of so many rows are on the page, and the cursor to the next.
  func page(of count: Int, size: Int) throws(HelixFailure) -> (places: Range<Int>, pagination: JSON) {
    var start = 0
    if let cursor = query["after"], !cursor.isEmpty {
      guard let place = Cursor.place(cursor) else { throw HelixFailure(400, "Invalid cursor.") }
      start = min(max(place, 0), count)
    }
    let end = min(start + size, count)
    return (start..<end, end < count ? ["cursor": .string(Cursor.text(end))] : [:])
  }
}
