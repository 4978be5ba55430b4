import Logging
import Twitch
import WebSockets

/// A command's line to Twitch: an event loop for as long as the command needs it, and what is called on it.
actor TwitchAccess {
  nonisolated let loop: EventLoop
  let settings: TwitchSettings
  private let logger: Logger

  private lazy var client = HTTPClient(on: loop)
  /// The login server.
  private(set) lazy var oauth = OAuth(
    application: settings.application, endpoints: settings.endpoints, client: client)
  /// The API, called as the application.
  private(set) lazy var helix = Helix(
    endpoints: settings.endpoints, clientID: settings.application.clientID, client: client,
    appToken: AppToken(oauth: oauth), logger: logger)

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private init(_ settings: TwitchSettings, _ loop: EventLoop, _ logger: Logger) {
    self.settings = settings
    self.loop = loop
    self.logger = logger
  }

  /// Runs calls, and ends the loop's thread after them.
  static func run<Value: Sendable>(
    _ settings: TwitchSettings, _ logger: Logger,
    _ calls: @Sendable (isolated TwitchAccess) async throws -> Value
  ) async throws -> Value {
    let loop = try EventLoop(logger: logger)
    let result: Result<Value, any Error>
    do {
      result = .success(try await calls(TwitchAccess(settings, loop, logger)))
    } catch {
      result = .failure(error)
    }
    await loop.stop()
    return try result.get()
  }
}

extension GeneralOptions {
  /// Runs a command's calls to Twitch.
  func callTwitch<Value: Sendable>(
    _ options: TwitchOptions, _ calls: @Sendable (isolated TwitchAccess) async throws -> Value
  ) async throws -> Value {
    var reader = await reader(options)
    let settings = TwitchSettings(&reader)
    let logger = reader.logger(from: .error)
    try reader.finish()
    return try await TwitchAccess.run(settings, logger, calls)
  }
}
