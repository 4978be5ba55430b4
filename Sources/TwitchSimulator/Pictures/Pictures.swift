import FoundationEssentials
import HTTPTypes
import WebSockets

/// Addresses of pictures, and the pictures behind those that are the simulator's own.
///
/// The paths are the ones of Twitch's CDN, so that a client needs another origin and nothing else.
struct Pictures {
  /// The simulator's origin; nil for Twitch's CDN.
  let origin: String?

  private var cdn: String { origin ?? "https://static-cdn.jtvnw.net" }

  var emoteTemplate: String { cdn + "/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}" }

  func emote(_ id: String, scale: String) -> String { "\(cdn)/emoticons/v2/\(id)/static/light/\(scale)" }

  func badge(_ set: String, _ version: String, size: Int) -> String {
    if origin != nil { return "\(cdn)/badges/v1/\(set)-\(version)/\(size)" }
    let hash = String(stableHash(set + "/" + version), radix: 16)
    let digits = Array(String(repeating: "0", count: 16 - hash.count) + hash)
    return "\(cdn)/badges/v1/\(String(digits[0..<8]))-\(String(digits[8..<12]))-4\(String(digits[12..<15]))-8000-"
      + "0000\(String(digits[8..<16]))/\(size)"
  }

  func cheermote(_ prefix: String, _ bits: Int, theme: String, format: String, scale: String) -> String {
    let host = origin.map { $0 + "/cheermotes" } ?? "https://d3aqoihi2n8ty8.cloudfront.net"
    return "\(host)/actions/\(prefix.lowercased())/\(theme)/\(format)/\(bits)/\(scale)."
      + (format == "animated" ? "gif" : "png")
  }

  func profile(of user: Simulator.User) -> String {
    origin.map { "\($0)/pictures/\(user.login)" } ?? "\(cdn)/jtv_user_pictures/\(user.login)-profile_image-300x300.png"
  }

  func thumbnail(of user: Simulator.User) -> String {
    origin.map { "\($0)/pictures/\(user.login)?size={width}x{height}" }
      ?? "\(cdn)/previews-ttv/live_user_\(user.login)-{width}x{height}.jpg"
  }

  /// The picture behind a path below the origin.
  func response(_ path: String) -> Response {
    let parts = path.split(separator: "/").map(String.init)
    let drawing: Drawing? =
      switch (parts.first, parts.count) {
      case ("emoticons", 6): .emote(parts[2])
      case ("badges", 4): .badge(parts[2])
      case ("cheermotes", 7): .cheermote(Int(parts[5]) ?? 1)
      case ("pictures", 2): .profile(parts[1])
      default: nil
      }
    guard let drawing else { return HelixFailure.notFound.response }
    return Response(
      .ok,
      headers: [
        .contentType: "image/svg+xml", .cacheControl: "public, max-age=3600", .accessControlAllowOrigin: "*",
      ], body: Data(drawing.svg.utf8))
  }
}
