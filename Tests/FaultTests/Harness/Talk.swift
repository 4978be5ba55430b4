import TwitchSimulator

/// A chatter who never stops talking, now in one channel and now in the next.
actor Talk {
  private let twitch: Simulator
  private let channels: [String]
  private let pause: Duration
  private var task: Task<Void, Never>?
  /// The ids of all lines that were said.
  private(set) var said: [String] = []
  private var count = 0

  init(_ twitch: Simulator, in channels: [String], every pause: Duration = .milliseconds(15)) {
    self.twitch = twitch
    self.channels = channels
    self.pause = pause
  }

  func start() {
    guard task == nil else { return }
    task = Task {
      while !Task.isCancelled {
        await say()
        // The pace at which people talk; nobody waits for anything here.
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// Falls silent; when this returns nothing more is said.
  func stop() async {
    task?.cancel()
    await task?.value
    task = nil
  }

  /// One line in each channel; their ids.
  func sayEverywhere() async -> [String] {
    var ids: [String] = []
    for _ in channels {
      if let id = await say() { ids.append(id) }
    }
    return ids
  }

  @discardableResult
  private func say() async -> String? {
    let channel = channels[count % channels.count]
    count += 1
    guard let id = try? await twitch.say(.init(from: "gull", "line \(count)"), in: channel).id.rawValue else {
      return nil
    }
    said.append(id)
    return id
  }
}
