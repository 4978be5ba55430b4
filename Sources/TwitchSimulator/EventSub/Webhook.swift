import Crypto
import FoundationEssentials

/// One post to a webhook, signed; a resend is the same but for the retry count.
struct Webhook {
  let callback: String
  let secret: String
  let id: String
  let kind: String
  let timestamp: String
  let type: String?
  let version: String?
  let body: Data

  /// HMAC-SHA256 over id, timestamp and raw body.
  var signature: String {
    var signed = Data(id.utf8)
    signed.append(contentsOf: timestamp.utf8)
    signed.append(body)
    let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data(secret.utf8)))
    return "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What is wrong with a callback or a secret. Loopback is let through, which the real Twitch could not reach anyway.
  static func problem(callback: String, secret: String) -> String? {
    guard (10...100).contains(secret.utf8.count), secret.utf8.allSatisfy({ $0 < 128 }) else {
      return "The length of the string in the secret field is not valid."
    }
    guard let separator = callback.firstRange(of: "://") else { return badCallback }
    let scheme = callback[..<separator.lowerBound]
    let authority = callback[separator.upperBound...].prefix { $0 != "/" && $0 != "?" }
    let isLoopback = ["127.", "localhost", "[::1]"].contains { authority.hasPrefix($0) }
    if isLoopback, scheme == "http" || scheme == "https" { return nil }
    let hasOtherPort = authority.contains(":") && !authority.hasSuffix(":443")
    return scheme == "https" && !authority.isEmpty && !hasOtherPort ? nil : badCallback
  }

  private static let badCallback =
    "The URL in the transport's callback field is not valid. The URL must use the HTTPS protocol and the 443 port number."
}
