import Logging
import Twitch
import WebSockets

/// Profile pictures of those who chat.
extension Relay {
  /// Twitch is asked no oftener than this, for as many as came together meanwhile.
  private static let pause: Duration = .seconds(1)

  /// Gives the picture when it is known. If not, this line goes without, and a later one will have it.
  func picture(of user: TwitchUserID, for rooms: [Room]) -> String? {
    guard rooms.contains(where: \.isWatched) else { return nil }
    let picture = pictures.picture(of: user)
    if pictures.isWanting, !isFetchingPictures {
      isFetchingPictures = true
      Task { await fetchPictures() }
    }
    return picture
  }

  private func fetchPictures() async {
    defer { isFetchingPictures = false }
    while pictures.isWanting, (try? await loop.sleep(for: Self.pause)) != nil {
      let batch = pictures.nextBatch()
      do {
        let users = try await helix.users(ids: batch)
        let found = users.filter { !$0.profileImageURL.isEmpty }.map { ($0.id, $0.profileImageURL) }
        pictures.learn(Dictionary(found) { first, _ in first }, of: batch)
      } catch {
        logger.debug("Twitch did not tell profile pictures", metadata: ["error": "\(error)"])
        pictures.forget(batch)
      }
    }
  }
}
