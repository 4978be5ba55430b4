import Twitch
import WebSockets

/// Other settings for a gateway that runs.
extension Relay {
  /// Takes on what may change while it runs, and reads the pages and the certificate again. Addresses, the base path, the
  /// client id and whether it speaks TLS stay as they are.
  ///
  /// Throws without having changed anything: `RelayError`, `ServerError`, or `OAuthError.invalidApplication` when Twitch does
  /// not know the new secret.
  public func adopt(_ new: Configuration) async throws {
    let pages = try await StaticFiles.read(for: new)
    let transports = try await new.transports(store)
    var application = configuration.application
    application.clientSecret = new.application.clientSecret
    try await check(application)
    guard !isStopping else { return }
    if let certificate = new.server.certificate { try server?.reloadCertificate(certificate) }
    server?.trust(new.server.trustedProxies)
    files = pages
    oauth.application = application
    pool.resize(to: transports)
    let old = configuration
    configuration = new
    configuration.server = old.server
    configuration.application = application
    configuration.endpoints = old.endpoints
  }

  /// Asks Twitch about a secret that it was not asked about before. One that may be right is taken on.
  private func check(_ application: Application) async throws(OAuthError) {
    guard application != configuration.application else { return }
    let candidate = OAuth(application: application, endpoints: configuration.endpoints, client: client)
    do throws(OAuthError) {
      _ = try await candidate.appToken()
    } catch {
      guard error.isTemporary else { throw error }
    }
  }
}

extension StaticFiles {
  /// Reads the pages of a gateway, beside the loop.
  @concurrent static func read(for configuration: Relay.Configuration) async throws(RelayError) -> StaticFiles {
    try StaticFiles(folder: configuration.publicFolder, imageOrigin: Origin.of(url: configuration.emoteTemplate))
  }
}
