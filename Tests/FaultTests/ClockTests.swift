import Foundation
import TestSupport
import Testing
import TwitchSimulator

/// A clock that is an hour off, ours or Twitch's.
@Suite(.timeLimit(.minutes(2))) struct ClockTests {
  private static let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
  private static let hasLibrary = FileManager.default.fileExists(atPath: library)

  @Test(.enabled(if: hasLibrary, "needs Debian's faketime: .ci/install test"), arguments: ["+1h", "-1h"])
  func ourClockIsWrong(offset: String) async throws {
    var setup = Scene.Setup()
    setup.launch.environment = [
      "LD_PRELOAD": Self.library, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
      "FAKETIME_DONT_RESET": "1",
    ]
    try await withScene(setup) { scene in
      let client = try await scene.join()
      let (dock, harbor) = (try scene.account("dock"), try scene.account("harbor"))
      try await scene.measure(
        .init(
          "our clock wrong by an hour (\(offset))",
          made: "libfaketime; shard 0 is reset, and its assignment refused until a bucket is full, 2 s later", bound: 5,
          recovered: "shard assigned again, a line sent", told: .init("clock_wrong", ends: false), seen: .refused)
      ) {
        await scene.twitch.refuseAssignment(untilFullAfter: 2)
        try await scene.twitch.dropSockets("shard:0", code: nil)
      } recovery: { window in
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
        let answer = try await client.say("what time is it", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer["is_sent"] == true)
      }
    }
  }

  @Test(arguments: [3600.0, -3600])
  func twitchsClockIsWrong(skew: Double) async throws {
    var setup = Scene.Setup()
    setup.prepare = { twitch in await twitch.skewClock(by: skew) }
    try await withScene(setup) { scene in
      try await scene.measure(
        .init(
          "Twitch's clock differs by an hour (\(skew > 0 ? "ahead" : "behind"))",
          made: """
            timestamps and rate-limit headers \(Int(skew)) s off; shard 0 is reset, and its assignment refused until a bucket is \
            full, 2 s later
            """, bound: 5,
          recovered: "shard assigned again", told: .init("clock_wrong", ends: false), seen: .refused)
      ) {
        await scene.twitch.refuseAssignment(untilFullAfter: 2, clock: skew)
        try await scene.twitch.dropSockets("shard:0", code: nil)
      } recovery: { window in
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }
}

extension Sight {
  /// The loss of shard 0, and the assignment that was refused.
  fileprivate static var refused: Sight {
    Sight(
      log: [lost("0"): 1, "assigning shards failed": 1],
      metrics: [calls("PATCH", "eventsub/conduits/shards", "429"): 1])
  }
}

extension Simulator {
  /// Answers the next assignment as if others had emptied the bucket, and it were full again after so many seconds. `clock` is how
  /// far that of Twitch is ahead.
  fileprivate func refuseAssignment(untilFullAfter seconds: Double, clock: Double = 0) {
    add(
      CallFault(
        "PATCH", "/helix/eventsub/conduits/shards", times: 1, status: 429,
        headers: SubscriptionTests.empty(for: seconds + clock)))
  }
}
