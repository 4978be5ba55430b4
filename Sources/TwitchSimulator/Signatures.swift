// Temporary: signatures first, bodies move to their files.
extension Simulator {
  // People
  /// Makes a user, and with it a channel.
  @discardableResult public func addUser(_ user: NewUser) throws(SimulatorError) -> User { fatalError() }
  /// Removes a user; what depends on them is revoked with `user_removed`.
  public func removeUser(_ user: String) throws(SimulatorError) { fatalError() }
  /// Everybody.
  public func users() -> [User] { fatalError() }
  /// Gives somebody a role in a channel; a moderator who loses it loses the subscriptions that hang on it.
  public func setRole(_ role: Role, of user: String, in channel: String, months: Int = 1) throws(SimulatorError) {
    fatalError()
  }
  /// Starts a stream: `stream.online`.
  public func goLive(_ channel: String, _ change: ChannelChange = ChannelChange()) throws(SimulatorError) {
    fatalError()
  }
  /// Ends the stream: `stream.offline`.
  public func goOffline(_ channel: String) throws(SimulatorError) { fatalError() }
  /// Edits the channel: `channel.update`, but for viewers, who are only counted.
  public func updateChannel(_ channel: String, _ change: ChannelChange) throws(SimulatorError) { fatalError() }
  /// Sets room modes: `channel.chat_settings.update`.
  public func setChatSettings(_ channel: String, _ change: ChatSettings) throws(SimulatorError) { fatalError() }
  /// Bans somebody, or times them out for some seconds; subscriptions that read as them are revoked.
  public func ban(_ user: String, in channel: String, seconds: Double? = nil) throws(SimulatorError) { fatalError() }
  /// Lifts a ban or time-out.
  public func unban(_ user: String, in channel: String) throws(SimulatorError) { fatalError() }
  /// Joins the chats of channels; the first is the host. An empty list or a single channel ends the session.
  public func shareChat(_ channels: [String]) throws(SimulatorError) { fatalError() }
  // Authorization
  /// Grants scopes and makes a token pair, as if the user had gone through a login.
  public func grant(_ scopes: [String], by user: String, client: Identifier<Client>? = nil) throws(SimulatorError)
    -> TokenPair
  { fatalError() }
  /// Disconnects the application: tokens end, subscriptions are revoked.
  public func revokeAuthorization(of user: String, client: Identifier<Client>? = nil) throws(SimulatorError) {
    fatalError()
  }
  /// Ends access tokens now, those of a user or, with nil, the app tokens; `refreshToo` makes the next refresh fail.
  public func expireTokens(of user: String?, refreshToo: Bool = false) throws(SimulatorError) { fatalError() }
  /// Device grants that wait for a person.
  public func pendingDevices() -> [PendingDevice] { fatalError() }
  /// Decides a device grant as a person would on the activation page.
  public func decideDevice(_ userCode: String, as user: String, approve: Bool = true) throws(SimulatorError) {
    fatalError()
  }
  // Chat
  /// Lets a chatter say something; returns the message in that channel.
  @discardableResult public func say(_ line: Line, in channel: String) throws(SimulatorError) -> Message {
    fatalError()
  }
  /// Announces something in chat; returns its message id.
  @discardableResult public func notify(_ notice: Notice, in channel: String) throws(SimulatorError) -> Identifier<
    Message
  > { fatalError() }
  /// Deletes one message.
  public func deleteMessage(_ id: Identifier<Message>, in channel: String) throws(SimulatorError) { fatalError() }
  /// Clears the chat, or the messages of one user.
  public func clearChat(_ channel: String, of user: String? = nil) throws(SimulatorError) { fatalError() }
  /// The last messages of a channel, oldest first.
  public func messages(in channel: String) throws(SimulatorError) -> [Message] { fatalError() }
  /// What was sent over the API since the start, oldest first; the last 10,000.
  public func sentMessages() -> [Message] { fatalError() }
  /// Waits for the message that is sent over the API as number `index`, counted from 0.
  public func sentMessage(_ index: Int, within seconds: Double = 10) async throws(SimulatorError) -> Message {
    fatalError()
  }
  /// Decides about a message that AutoMod holds.
  public func decideHeldMessage(_ id: Identifier<Message>, approve: Bool) throws(SimulatorError) { fatalError() }
  /// Lets a cast of chatters talk in a live channel until `stopTalk` or the end.
  public func startTalk(in channel: String, perMinute: Double = 40, seed: UInt64? = nil) throws(SimulatorError) {
    fatalError()
  }
  /// Silences the cast.
  public func stopTalk(in channel: String) throws(SimulatorError) { fatalError() }
  // EventSub
  /// Open sockets, oldest first.
  public func sockets() -> [Socket] { fatalError() }
  /// Conduits with their shards.
  public func conduits() -> [ConduitState] { fatalError() }
  /// Subscriptions, oldest first, disabled ones too.
  public func subscriptions() -> [SubscriptionState] { fatalError() }
  /// Closes sockets with a code, or resets TCP when that is nil. `which` is a session id, `shard:N` or `all`.
  public func dropSockets(_ which: String, code: UInt16?) throws(SimulatorError) { fatalError() }
  /// Makes sockets fall silent without closing, or talk again.
  public func silence(_ which: String, _ silent: Bool = true) throws(SimulatorError) { fatalError() }
  /// Sends `session_reconnect`, with an address of its own, or with one that does not work.
  public func requestReconnect(_ which: String, url: String? = nil) throws(SimulatorError) { fatalError() }
  /// Sends any text as a frame.
  public func sendFrame(_ text: String, to which: String) throws(SimulatorError) { fatalError() }
  /// Disables a shard while its socket stays open.
  public func disableShard(
    _ shard: String, of conduit: Identifier<Conduit>? = nil, status: String = "websocket_internal_error"
  ) throws(SimulatorError) { fatalError() }
  /// Deletes a conduit behind its owner's back.
  public func deleteConduit(_ id: Identifier<Conduit>? = nil) throws(SimulatorError) { fatalError() }
  /// Disables subscriptions of a type, or all, with a status of your choice, telling their owner.
  public func revokeSubscriptions(type: String? = nil, status: String) { fatalError() }
  /// Posts a webhook notification again, with the same id and, when asked, an old timestamp or a bad signature.
  public func replayWebhook(ageSeconds: Double = 0, badSignature: Bool = false) throws(SimulatorError) { fatalError() }
  // Faults
  /// The switches as they are.
  public var currentBehavior: Behavior { fatalError() }
  /// Changes switches.
  public func setBehavior(_ change: (inout Behavior) -> Void) { fatalError() }
  /// Makes the next matching calls go wrong.
  public func add(_ fault: CallFault) { fatalError() }
  /// Makes the next matching notifications go wrong.
  public func add(_ fault: DeliveryFault) { fatalError() }
  /// Makes the next assignments of a shard fail inside an otherwise successful PATCH.
  public func failShard(_ shard: String, times: Int = 1) { fatalError() }
  /// Forgets all faults that have not happened yet.
  public func removeFaults() { fatalError() }
  /// Empties the rate-limit buckets.
  public func drainRateLimits() { fatalError() }
  // Time and waiting
  /// Moves the simulator's clock forward; everything that falls due happens at once.
  public func advanceClock(by seconds: Double) { fatalError() }
  /// Makes the timestamps that clients see wrong by so many seconds.
  public func skewClock(by seconds: Double) { fatalError() }
  /// Sums since the start.
  public func counters() -> Counters { fatalError() }
  /// Waits until the numbers are reached.
  public func wait(for expectation: Expectation, within seconds: Double = 10) async throws(SimulatorError) {
    fatalError()
  }
  /// Waits for events of a kind (`chat.*` takes all of a family) after a sequence number.
  public func events(_ kind: String? = nil, after sequence: Int = 0, within seconds: Double = 10)
    async throws(SimulatorError) -> [Event]
  { fatalError() }
}
