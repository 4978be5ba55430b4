import Logging
import Storage
import Twitch
import WebSockets

/// The tokens of linked accounts.
extension Relay {
  /// Twitch wants each token validated when the program starts and every hour (FACTS 1.6). What it did not answer is asked again
  /// after a minute.
  func validateTokens() async {
    var answered: [AccountID: ContinuousClock.Instant] = [:]
    repeat {
      for sender in Array(senders.values) where !Task.isCancelled {
        if let last = answered[sender.account], .now - last < .seconds(3600) { continue }
        answered[sender.account] = await validate(sender) ? .now : nil
      }
    } while (try? await loop.sleep(for: configuration.validationPause)) != nil
  }

  /// Asks Twitch about one account's token. Says whether it has answered.
  @discardableResult
  func validate(_ sender: Sender) async -> Bool {
    guard sender.token.state == .usable else { return true }
    let couldSend = sender.canSend
    var isAnswered = true
    do {
      try await sender.token.validate()
    } catch  where error.isTemporary {
      isAnswered = false
      logger.warning(
        "Twitch did not say whether a token is valid",
        metadata: ["account": "\(sender.account)", "error": "\(error)"])
    } catch {
      // What cannot be used any more is reported as the state's change.
    }
    if sender.canSend != couldSend { statusMayHaveChanged(of: rooms.keys) }
    return isAnswered
  }

  func makeSender(_ account: Account, _ pair: TokenPair) -> Sender {
    let store = store
    let token = UserToken(
      of: account.twitchUser, pair: pair, oauth: oauth,
      save: { pair in
        // As it is linked now: what its owner links after this is not to be overwritten.
        try await store.saveTokens(NetworkTokens(pair), of: self.directory.accounts[account.id] ?? account)
      },
      onChange: { state in self.tokenChanged(of: account.id, to: state) })
    return Sender(account, token: token, budget: budget(of: token.userID))
  }

  /// Everyone concerned is told once, and it is kept, so that a restart does not ask Twitch again in vain.
  private func tokenChanged(of id: AccountID, to state: UserToken.State) {
    statusMayHaveChanged(of: rooms.keys)
    healthMayHaveChanged()
    for (route, writer) in writers where route.sender == id { writer.check() }
    guard state == .relinkNeeded, let account = directory.accounts[id] else { return }
    Task {
      do {
        try await store.setState(.relinkNeeded, of: account)
      } catch {
        logger.error("An account's state could not be stored", metadata: ["account": "\(id)", "error": "\(error)"])
      }
    }
  }
}
