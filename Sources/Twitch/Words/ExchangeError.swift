import FoundationEssentials
import WebSockets

/// What an exchange with Twitch can come to whichever of its two servers was asked.
protocol ExchangeError: Error {
  static func unreachable(_ reason: String) -> Self
  static func unanswered(_ reason: String) -> Self
  static func unreadable(_ reason: String) -> Self
}

extension ExchangeError {
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

  /// Decodes a yes; the error says what is wrong with it and none of its text, which may be full of tokens.
  static func decoding<Answer: Decodable>(_: Answer.Type, from body: Data) throws(Self) -> Answer {
    do {
      return try JSONDecoder().decode(Answer.self, from: body)
    } catch {
      throw .unreadable("\(Answer.self) of \(body.count) bytes does not decode")
    }
  }
}
