/// The application as registered at Twitch: who asks for tokens.
public struct Application: Hashable, Sendable {
  /// The public half, sent with every call.
  public var clientID: ClientID
  /// The private half, sent to the token endpoint only.
  public var clientSecret: Secret

  /// Takes both halves as Twitch's developer console shows them.
  public init(clientID: ClientID, clientSecret: Secret) {
    self.clientID = clientID
    self.clientSecret = clientSecret
  }
}
