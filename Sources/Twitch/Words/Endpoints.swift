/// Where Twitch is: three base URLs without a slash at their end.
///
/// Plain `http://` and `ws://` are accepted, so that a simulator can take Twitch's place.
public struct Endpoints: Hashable, Sendable {
  /// The base of every Helix path.
  public var api: String
  /// The base of `/token`, `/device`, `/validate` and `/revoke`.
  public var auth: String
  /// What a fresh EventSub socket connects to.
  public var eventSub: String

  /// Takes base URLs, Twitch's own where none is given; slashes at the end are dropped.
  public init(
    api: String = "https://api.twitch.tv/helix",
    auth: String = "https://id.twitch.tv/oauth2",
    eventSub: String = "wss://eventsub.wss.twitch.tv/ws"
  ) {
    self.api = api.withoutTrailingSlashes
    self.auth = auth.withoutTrailingSlashes
    self.eventSub = eventSub.withoutTrailingSlashes
  }
}

extension String {
  fileprivate var withoutTrailingSlashes: String {
    var text = Substring(self)
    while text.hasSuffix("/") { text.removeLast() }
    return String(text)
  }
}
