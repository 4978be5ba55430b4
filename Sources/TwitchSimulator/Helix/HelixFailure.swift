import HTTPTypes
import WebSockets

/// A refusal of the API: a status, Twitch's sentence, and sometimes keys more.
struct HelixFailure: Error {
  let status: Int
  let message: String
  /// Keys after the three usual ones, as in a 409.
  var extra: JSON = [:]
  /// Whether an empty `data` array strays into the body (twitchdev/issues#896).
  var hasStrayData = false

  init(_ status: Int, _ message: String, extra: JSON = [:], hasStrayData: Bool = false) {
    self.status = status
    self.message = message
    self.extra = extra
    self.hasStrayData = hasStrayData
  }

  static func missing(_ parameter: String) -> HelixFailure {
    HelixFailure(400, "Missing required parameter \"\(parameter)\"")
  }
  static let notFound = HelixFailure(404, "not found")
  static let tooMany = HelixFailure(429, "Request limit exceeded")
  static let appTokenNeeded = HelixFailure(401, "Authorization header required with an app access token")

  var response: Response {
    let start: JSON = hasStrayData ? ["data": []] : [:]
    let body = start.adding([
      "error": .string(HelixFailure.reason(status)), "status": .int(status), "message": .string(message),
    ])
    return .json(body.adding(extra).data, status: HTTPResponse.Status(code: status))
  }

  static func reason(_ status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 409: "Conflict"
    case 410: "Gone"
    case 422: "Unprocessable Entity"
    case 429: "Too Many Requests"
    case 503: "Service Unavailable"
    default: "Internal Server Error"
    }
  }
}
