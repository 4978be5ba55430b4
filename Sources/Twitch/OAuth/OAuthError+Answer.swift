import FoundationEssentials
import HTTPTypes
import WebSockets

extension OAuthError {
  /// What a failed exchange means for the caller.
  init(_ error: HTTPClientError) {
    self =
      switch error {
      case .badURL: .unreachable("\(error)")
      case .unreachable(let reason): .unreachable(reason)
      case .unanswered(let reason): .unanswered(reason)
      case .tooLarge: .unreadable("\(error)")
      }
  }

  /// What an answer means for the caller; nil when it is a yes.
  init?(_ answer: Response) {
    self.init(status: answer.status.code, body: answer.body)
  }

  /// The status decides; only the application's own faults are told apart by Twitch's words, since with 400 they come
  /// under the same status as a user's.
  init?(status: Int, body: Data) {
    let message = ErrorBody(body).message
    switch status {
    case 200..<300: return nil
    case 429, 500...: self = .unavailable(status: status)
    case 403: self = .invalidApplication(message: message)
    case 404 where message == "client does not exist": self = .invalidApplication(message: message)
    case _ where message.isAboutTheApplication: self = .invalidApplication(message: message)
    default: self = .refused(status: status, message: message)
    }
  }

  /// Decodes a yes; the error says what is wrong with it and none of its text, which is full of tokens.
  static func decoding<Answer: Decodable>(_: Answer.Type, from body: Data) throws(OAuthError) -> Answer {
    do {
      return try JSONDecoder().decode(Answer.self, from: body)
    } catch {
      throw .unreadable("\(Answer.self) of \(body.count) bytes does not decode")
    }
  }
}

extension String {
  fileprivate var isAboutTheApplication: Bool {
    let text = lowercased()
    return text.hasPrefix("invalid client") || text.hasPrefix("missing client")
  }
}
