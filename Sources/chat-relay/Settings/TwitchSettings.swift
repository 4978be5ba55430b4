import Twitch

/// Who this gateway is at Twitch, and where Twitch is.
struct TwitchSettings {
  let application: Application
  let endpoints: Endpoints

  init(_ reader: inout SettingsReader) {
    let console = "https://dev.twitch.tv/console/apps"
    application = Application(
      clientID: ClientID(reader.required(.clientID, "set it to the client id shown at \(console)")),
      clientSecret: Secret(reader.required(.clientSecret, "set it to the client secret made at \(console)")))
    let standard = Endpoints()
    endpoints = Endpoints(
      api: reader.address(.apiURL, schemes: ["https", "http"]) ?? standard.api,
      auth: reader.address(.authURL, schemes: ["https", "http"]) ?? standard.auth,
      eventSub: reader.address(.eventSubURL, schemes: ["wss", "ws"]) ?? standard.eventSub)
  }
}
