import FoundationEssentials

/// The device endpoint's yes.
struct DeviceCodeAnswer: Decodable {
  private let deviceCode: String
  private let userCode: String
  private let verificationURL: String
  private let interval: Int?
  private let expiresIn: Int?

  private enum CodingKeys: String, CodingKey {
    case deviceCode = "device_code"
    case userCode = "user_code"
    case verificationURL = "verification_uri"
    case interval
    case expiresIn = "expires_in"
  }

  /// Twitch's own numbers where the answer has none: five seconds, half an hour. A second between polls at the very least.
  func deviceCode(scopes: [Scope]) -> DeviceCode {
    DeviceCode(
      deviceCode: Secret(deviceCode), userCode: userCode, verificationURL: verificationURL, scopes: scopes,
      interval: .seconds(min(max(interval ?? 5, 1), 300)), expiresIn: .seconds(expiresIn ?? 1800))
  }
}

extension DeviceAnswer {
  /// Twitch says "not yet" with status 400 and a word; any other refusal ends the login.
  init(status: Int, body: Data, now: Date) throws(OAuthError) {
    switch OAuthError(status: status, body: body) {
    case nil: self = .granted(try OAuthError.decoding(TokenAnswer.self, from: body).pair(at: now))
    case .refused(400, "authorization_pending"): self = .pending
    case .refused(400, "slow_down"): self = .slowDown
    case .refused(_, let message): self = .ended(message: message)
    case let error?: throw error
    }
  }
}
