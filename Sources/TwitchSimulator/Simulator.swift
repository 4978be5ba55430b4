public import Logging
import WebSockets

/// A Twitch on loopback that can be told to misbehave.
public actor Simulator {
  private let loop: EventLoop
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
  init(loop: EventLoop) { self.loop = loop }

  /// Starts a simulator on an event loop of its own; when it returns, the port is open.
  public static func start(
    _ configuration: Configuration = Configuration(), logger: Logger = Logger(label: "twitch-simulator")
  ) async throws -> Simulator { fatalError() }
  /// Closes every connection and ends the loop; to be called from outside of the simulator.
  public nonisolated func stop() async { fatalError() }
  /// The port that everything is served on.
  public nonisolated var port: Int { fatalError() }
  /// `http://HOST:PORT`, the root of the addresses below.
  public nonisolated var origin: String { fatalError() }
  /// What takes the place of `https://api.twitch.tv/helix`.
  public nonisolated var apiURL: String { origin + "/helix" }
  /// What takes the place of `https://id.twitch.tv/oauth2`.
  public nonisolated var authURL: String { origin + "/oauth2" }
  /// What takes the place of `wss://eventsub.wss.twitch.tv/ws`.
  public nonisolated var eventSubURL: String { fatalError() }
  /// What takes the place of `https://static-cdn.jtvnw.net/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}`.
  public nonisolated var emoteTemplate: String { origin + "/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}" }
}
