import Storage

/// How a stream and its accounts stand for one user: what `status` says, and what a change of is worth saying unasked.
struct Standing: Equatable {
  /// One account as this user may use it.
  struct Entry: Equatable {
    var id: AccountID
    var name: String
    var network: Network
    /// Whether it can send at once, to itself. Only the stream's own accounts ever are: the original page takes a ready account
    /// for its own target.
    var isReady: Bool
    /// Whether the user may pick it as a sender.
    var isWritable: Bool
    var isLive: Bool
    /// The channel's page; the stream's own accounts have one here.
    var url: String?
  }

  /// What is wrong, as far as it concerns this user on this stream.
  var problems: [Health.Problem] = []
  /// Whether at least one of the stream's accounts is live.
  var isLive: Bool
  var entries: [Entry]

  /// Works out what `user` is to know.
  ///
  /// - Parameters:
  ///   - isLive: Whether an account's channel is live.
  ///   - canSend: Whether an account's token can be used for sending.
  init(
    for user: User, on stream: Stream, in directory: Directory,
    isLive: (Account) -> Bool, canSend: (Account) -> Bool
  ) {
    let own = directory.accounts(of: stream.id)
    let mayWrite = directory.chatLevel(of: user.id, in: stream.id) == .write
    self.isLive = own.contains(where: isLive)
    entries = [
      Entry(id: .internalChat, name: user.username, network: .irc, isReady: true, isWritable: true, isLive: false)
    ]
    guard self.isLive || stream.chatWhenOffline else { return }
    for account in own {
      guard let network = Network(of: account) else { continue }
      let canSend = canSend(account)
      entries.append(
        Entry(
          id: account.id, name: account.name, network: network, isReady: mayWrite && canSend,
          isWritable: mayWrite && canSend,
          isLive: isLive(account), url: network.page(of: account)))
    }
    let networks = Set(own.map(\.identity.network))
    let ownIDs = Set(own.map(\.id))
    for account in directory.accounts(usableBy: user.id) where !ownIDs.contains(account.id) {
      guard networks.contains(account.identity.network), let network = Network(of: account) else { continue }
      entries.append(
        Entry(
          id: account.id, name: account.name, network: network, isReady: false,
          isWritable: mayWrite && canSend(account), isLive: isLive(account)))
    }
  }

  /// Whether whoever was told this has nothing to learn from a newer standing: the problems may be the newer one's, or those that
  /// are `present` and not worth a message to others yet.
  func says(_ newer: Standing, or present: [Health.Problem]) -> Bool {
    var own = self
    own.problems = newer.problems
    return own == newer && (problems == newer.problems || problems == present)
  }
}
