import FoundationEssentials
import HTTPTypes
import WebSockets

extension OAuthError: ExchangeError {}

extension OAuthError {
  /// What an answer means for the caller; nil when it is a yes.
  init?(_ answer: Response) {
    self.init(status: answer.status.code, body: answer.body)
  }

  /// The status decides; only the application's own faults are told apart by Twitch's words, since with 400 they come
  /// under the same status as a user's. What is no answer of Twitch's login server (FACTS 1.2, 1.5), a proxy's page or a redirection, says
  /// nothing about anybody's token.
  init?(status: Int, body: Data) {
    let message = ErrorBody(body).message
    switch status {
    case 200..<300: return nil
    case 404 where message == "client does not exist": self = .invalidApplication(message: message)
    case _ where message.isAboutTheApplication: self = .invalidApplication(message: message)
    case 403 where !message.isEmpty: self = .invalidApplication(message: message)
    case 400, 401: self = .refused(status: status, message: message)
    default: self = .unavailable(status: status)
    }
  }
}

extension String {
  fileprivate var isAboutTheApplication: Bool {
    let text = lowercased()
    return text.hasPrefix("invalid client") || text.hasPrefix("missing client")
  }
}
