/// A login that waits for a person: the address and the code to show them, and how to ask whether they are done.
public struct DeviceCode: Hashable, Sendable {
  /// What the program polls with. Not for the person.
  public let deviceCode: Secret
  /// What the person types, when the address did not carry it already.
  public let userCode: String
  /// Where the person goes.
  public let verificationURL: String
  /// What the person is asked to grant.
  public let scopes: [Scope]
  /// How long to wait between two polls, at least.
  public let interval: Duration
  /// How long the code is good for from when it was handed out.
  public let expiresIn: Duration
}

/// What a poll for a device code found out.
public enum DeviceAnswer: Hashable, Sendable {
  /// The person is not done yet: poll again after the interval.
  case pending
  /// Polled too fast: make the interval five seconds longer (RFC 8628 §3.5), then as for `pending`.
  case slowDown
  /// The person agreed; the code is spent.
  case granted(TokenPair)
  /// The code is unknown, too old or spent, or the person said no: start again with a new code.
  case ended(message: String)
}
