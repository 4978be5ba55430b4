extension Simulator {
  /// What a simulator is started with.
  public struct Configuration: Sendable {
    /// The address to listen on; anything but loopback opens the control API to the network.
    public var host = "127.0.0.1"
    /// The port of everything: API, authorization, EventSub and control. 0 picks a free one.
    public var port = 0
    /// The registered applications.
    public var clients = [Client.example]
    /// What every random decision and every generated id is derived from.
    public var seed: UInt64 = 1
    /// The switches to begin with; `setBehavior` changes them while it runs.
    public var behavior = Behavior()
    /// Whether the simulator's clock goes by itself; a stopped one goes only where `advanceClock` moves it, which makes
    /// tests independent of the speed of the machine.
    public var clockRuns = true
    /// Serve `https` and `wss` with these files, for trying certificates that a client must refuse.
    public var certificate: (certificatePath: String, keyPath: String)?

    /// Loopback, a free port, the example application and every switch as Twitch has it.
    public init() {}
  }

  /// An application registered at the simulated Twitch.
  public struct Client: Sendable, Codable {
    /// The client id that requests carry.
    public var id: Identifier<Client>
    /// The client secret; nil makes it a public client, whose refresh tokens can be used once.
    public var secret: String?
    /// The registered redirect addresses; empty accepts any, so that a test need not know its port beforehand.
    public var redirects: [String]

    /// Registers an application.
    public init(id: Identifier<Client>, secret: String?, redirects: [String] = []) {
      self.id = id
      self.secret = secret
      self.redirects = redirects
    }

    /// The application of the documentation's examples.
    public static let example = Client(id: "simulatorclientid0000000000001", secret: "simulatorsecret000000000000001")
  }
}
