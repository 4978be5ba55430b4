import Logging
import Twitch
import WebSockets

/// What a start has to make sure of.
extension Relay {
  /// How long Twitch may take to say whether it knows the application; later is as good as no answer.
  private static let patience: Duration = .seconds(3)

  /// Gets the application's token, and throws only what no waiting heals.
  func checkApplication() async throws(OAuthError) {
    let call = Task { () -> OAuthError? in
      do throws(OAuthError) {
        _ = try await appToken.current()
        return nil
      } catch {
        return error
      }
    }
    let silence = OAuthError.unanswered("not within \(Self.patience.components.seconds) s")
    guard let failure = await outcome(of: call, until: .now + Self.patience) ?? silence else { return }
    guard failure.isTemporary else { throw failure }
    logger.warning("Starting without Twitch for now", metadata: ["reason": .string(failure.description)])
  }
}
