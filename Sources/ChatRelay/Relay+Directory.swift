import FoundationEssentials
import Logging
package import Storage
package import Twitch
import WebSockets

/// What administrators and owners change while the gateway runs.
extension Relay {
  /// Goes over to a new state of affairs. Tokens are read first, so that the change itself happens at once.
  func apply(_ new: Directory) async {
    let tokens = await tokens(of: new)
    guard !isStopping else { return }
    let erased = Self.authorsRemoved(from: directory, to: new)
    directory = new
    updateSenders(tokens)
    updateRooms()
    for room in rooms.values {
      for author in erased { room.forget(.everythingOf(author), at: nil) }
    }
    for writer in writers.values { writer.check() }
    for (route, writer) in writers where senders[route.sender] == nil || new.streams(carrying: route.target).isEmpty {
      writer.stop()
      writers[route] = nil
    }
    let channels = linkedChannels
    liveStates.keep(channels)
    let unknown = channels.filter { liveStates.isStale($0, at: .now, after: .seconds(3600)) }
    if hasBegun, !unknown.isEmpty { Task { await look(at: Array(unknown)) } }
    // A broadcaster's own eyes see their chat: they granted what that takes when they linked the account.
    pool.want(Set(streamChannels.map { ConduitPool.Channel(broadcaster: $0, reader: $0) }))
    statusMayHaveChanged(of: rooms.keys)
    for waiter in directoryWaiters { waiter.resume() }
    directoryWaiters = []
  }

  /// Waits until a state of affairs that fulfils the condition is in force. For tests: does not end if that never comes.
  package func awaitDirectory(where condition: @Sendable (Directory) -> Bool) async {
    while !condition(directory) { await withCheckedContinuation { directoryWaiters.append($0) } }
  }

  /// Reads the tokens of the accounts that are new or were linked again.
  private func tokens(of new: Directory) async -> [AccountID: NetworkTokens] {
    let changed = new.accounts.values.filter { senders[$0.id]?.linkedAt != $0.linkedAt }
    guard !changed.isEmpty else { return [:] }
    var tokens: [AccountID: NetworkTokens] = [:]
    var failure: (any Error)?
    do {
      for (account, result) in try await store.tokens(of: changed.map(\.id)) {
        do {
          tokens[account] = try result.get()
        } catch let error as StorageError where error.isPassing {
          failure = error
        } catch {
          logger.error("An account's tokens cannot be read", metadata: ["account": "\(account)", "error": "\(error)"])
        }
      }
    } catch {
      failure = error
    }
    guard let failure else {
      tokenTimer = nil
      return tokens
    }
    logger.log(
      level: tokenTimer == nil ? .error : .debug, "Accounts' tokens cannot be read now",
      metadata: ["error": "\(failure)"])
    tokenTimer = loop.schedule(after: .seconds(5)) { Task { await self.readTokensAgain() } }
    return tokens
  }

  /// Nothing else may change for days that would have them read.
  private func readTokensAgain() async {
    let asked = directory
    let tokens = await tokens(of: asked)
    // A new state of affairs has had them read by itself.
    guard !isStopping, directory == asked else { return }
    updateSenders(tokens)
    statusMayHaveChanged(of: rooms.keys)
  }

  private func updateSenders(_ tokens: [AccountID: NetworkTokens]) {
    for (id, sender) in senders where directory.accounts[id] == nil {
      // Twitch goes on counting, should the account come back.
      sender.budget.settle(at: .now)
      formerBudgets[sender.twitchUser] = sender.budget
      senders[id] = nil
    }
    for (id, tokens) in tokens {
      guard let account = directory.accounts[id], Network(of: account) == .twitch else { continue }
      pool.granted(by: account.twitchUser)
      if let sender = senders[id] {
        sender.relink(TokenPair(tokens), at: account.linkedAt)
      } else {
        senders[id] = makeSender(account, TokenPair(tokens))
      }
    }
  }

  /// Those of whom nothing may be kept any more: users who were removed, also under the names of their accounts.
  private static func authorsRemoved(from old: Directory, to new: Directory) -> [Author] {
    let users = Set(old.users.keys).subtracting(new.users.keys)
    guard !users.isEmpty else { return [] }
    let accounts = old.accounts.values.filter { users.contains($0.owner) }
    return users.map { Author($0) }
      + accounts.map { Author(network: $0.identity.network, id: $0.identity.networkUserID) }
  }

  private func updateRooms() {
    for stream in directory.streams.keys where rooms[stream] == nil { rooms[stream] = makeRoom(for: stream) }
    for room in rooms.values {
      for connection in room.connections where !mayStay(connection) {
        connection.close(.policyViolation, Self.accessWithdrawn)
      }
    }
    let count = rooms.count
    rooms = rooms.filter { directory.streams[$0.key] != nil }
    let twitch = directory.accounts.values.filter { Network(of: $0) == .twitch }
    linkedAccounts = Dictionary(
      twitch.map { account in
        let carriers = directory.streams(carrying: account.id).compactMap { rooms[$0.id] }
        return (account.twitchUser, (account.id, carriers))
      }
    ) { first, _ in first }
    if rooms.count < count { Task { await trimHistory() } }
  }
}

extension TokenPair {
  /// Takes a pair out of storage.
  package init(_ tokens: NetworkTokens) {
    self.init(
      accessToken: Secret(tokens.accessToken), refreshToken: tokens.refreshToken.map { Secret($0) },
      scopes: tokens.scopes.map { Scope($0) }, expiresAt: tokens.expiresAt)
  }
}

extension NetworkTokens {
  /// Prepares a pair for storage.
  init(_ pair: TokenPair) {
    self.init(
      accessToken: pair.accessToken.reveal(), refreshToken: pair.refreshToken?.reveal(),
      scopes: pair.scopes.map(\.rawValue), expiresAt: pair.expiresAt)
  }
}
