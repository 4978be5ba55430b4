import Storage
import Twitch
import TwitchSimulator

/// Who takes part in the demo: alice, whose channel is live, and bob, who watches it.
struct DemoScene {
  /// A user of the gateway with the token for the page.
  struct Person {
    let user: Storage.User
    let token: AccessToken

    /// The address of the chat page, signed in.
    func page(_ url: String, _ stream: StreamID) -> String {
      "\(url)/chat.html?stream=\(stream)&token=\(token.reveal())"
    }
  }

  let alice: Person
  let bob: Person
  let stream: Storage.Stream

  /// Fills an empty store and an empty simulator.
  static func make(in store: Store, _ simulator: Simulator) async throws -> DemoScene {
    try await simulator.addTalkativeChannel("Alice")
    try await simulator.addUser(Simulator.NewUser("bob", displayName: "Bob"))
    let (alice, aliceToken) = try await store.addUser(named: "alice")
    let (bob, bobToken) = try await store.addUser(named: "bob")
    let channel = try await link("alice", to: alice.id, in: store, simulator)
    _ = try await link("bob", to: bob.id, in: store, simulator)
    let stream = try await store.addStream(named: "Demo", accounts: [channel], owner: alice.id)
    try await store.shareStream(stream.id, with: bob.id, StreamShare(chatLevel: .write))
    return DemoScene(
      alice: Person(user: alice, token: aliceToken), bob: Person(user: bob, token: bobToken), stream: stream)
  }

  private static func link(
    _ login: String, to user: UserID, in store: Store, _ simulator: Simulator
  ) async throws -> AccountID {
    let pair = try await simulator.grant(Scope.chat.map(\.rawValue), by: login)
    guard let person = await simulator.users().first(where: { $0.login == login }) else {
      throw SimulatorError.unknown(kind: "user", name: login)
    }
    let identity = NetworkIdentity(networkUserID: person.id.rawValue, name: person.displayName, login: login)
    let tokens = NetworkTokens(
      accessToken: pair.accessToken, refreshToken: pair.refreshToken, scopes: pair.scope)
    return try await store.linkAccount(identity, tokens: tokens, to: user).id
  }

  /// What the person who started the demo reads.
  func description(url: String, simulator: String) -> String {
    """
    chat-relay demo: a gateway, a simulated Twitch with one live channel, two users

      alice owns the channel and writes as it:
        \(alice.page(url, stream.id))

      bob watches and writes as himself:
        \(bob.page(url, stream.id))

    The gateway is at \(url), the simulated Twitch at \(simulator);
    docs/simulator.md says how to make it do things. Ctrl-C ends the demo and removes all of it.
    """
  }
}

/// The demo for programs.
struct DemoOutcome: Encodable {
  struct Person: Encodable {
    let id: UserID
    let username: String
    let accessToken: String
    let page: String
  }

  let url: String
  let simulator: String
  let stream: StreamCommand.Outcome
  let users: [Person]

  init(_ scene: DemoScene, _ url: String, _ simulator: String) {
    self.url = url
    self.simulator = simulator
    stream = StreamCommand.Outcome(scene.stream)
    users = [scene.alice, scene.bob].map { person in
      Person(
        id: person.user.id, username: person.user.username, accessToken: person.token.reveal(),
        page: person.page(url, scene.stream.id))
    }
  }
}
