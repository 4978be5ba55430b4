import HTTPTypes
import WebSockets

/// A refusal of the authorization server; its body has two keys, not Helix's three.
struct OAuthFailure: Error {
  let status: Int
  let message: String

  init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }

  static let invalidClient = OAuthFailure(400, "invalid client")
  static let invalidSecret = OAuthFailure(403, "invalid client secret")

  var response: Response {
    let body: JSON = ["status": .int(status), "message": .string(message)]
    return .json(body.data, status: HTTPResponse.Status(code: status))
  }
}
