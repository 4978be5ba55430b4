import Testing

@testable import Twitch

/// Which conduit is used, and how it gets its size.
@Suite struct ConduitStateTests {
  @Test func theStoredConduitIsAdoptedAmongSeveral() {
    var script = ConduitScript(sockets: 2, stored: "C")
    #expect(script.steps() == [.list])
    #expect(script.steps().isEmpty)
    script.listed([Conduit(id: "A", shardCount: 9), Conduit(id: "C", shardCount: 2)])
    #expect(script.state.conduit == "C")
    #expect(script.steps() == [.connect("0"), .connect("1")])
  }

  @Test func theOnlyConduitIsAdopted() {
    var script = ConduitScript(sockets: 2, stored: "gone")
    _ = script.steps()
    script.listed([Conduit(id: "A", shardCount: 2)])
    #expect(script.state.conduit == "A")
  }

  @Test(arguments: [[], [Conduit(id: "A", shardCount: 1), Conduit(id: "B", shardCount: 1)]])
  func otherwiseOneIsMade(conduits: [Conduit]) {
    var script = ConduitScript(sockets: 2, stored: "gone")
    _ = script.steps()
    script.listed(conduits)
    #expect(script.steps() == [.create(shardCount: 2)])
    #expect(script.steps().isEmpty)
    script.state.created(.success(Conduit(id: "N", shardCount: 2)), at: script.now, using: &script.generator)
    #expect(script.state.conduit == "N")
  }

  @Test func theConduitLimitIsToldAndTriedAgain() {
    var script = ConduitScript(sockets: 1)
    _ = script.steps()
    script.listed([Conduit(id: "A", shardCount: 1), Conduit(id: "B", shardCount: 1)])
    _ = script.steps()
    script.state.created(.failure(.tooMany(message: "limit")), at: script.now, using: &script.generator)
    #expect(script.state.isAtConduitLimit)
    #expect(script.steps().isEmpty)
    #expect(script.steps(after: 1) == [.list])
    // The one that is left is somebody else's all the same.
    script.listed([Conduit(id: "B", shardCount: 1)])
    #expect(script.steps() == [.create(shardCount: 1)])
    script.state.created(.success(Conduit(id: "N", shardCount: 1)), at: script.now, using: &script.generator)
    #expect(!script.state.isAtConduitLimit)
  }

  @Test func whatWasThereBesideOursIsNotTakenOver() {
    var script = ConduitScript(sockets: 1, stored: "A")
    _ = script.steps()
    script.listed([Conduit(id: "A", shardCount: 1), Conduit(id: "B", shardCount: 4)])
    #expect(script.state.conduit == "A")
    script.isGone("A")
    script.listed([Conduit(id: "B", shardCount: 4)])
    #expect(script.steps() == [.create(shardCount: 1)])
  }

  @Test func whatCameWhileWeHadOneIsNotTakenOver() {
    var script = ConduitScript(sockets: 1)
    _ = script.steps()
    script.listed([])
    _ = script.steps()
    script.state.created(.success(Conduit(id: "A", shardCount: 1)), at: script.now, using: &script.generator)
    script.isGone("A")
    script.listed([Conduit(id: "B", shardCount: 4)])
    #expect(script.steps() == [.create(shardCount: 1)])
  }

  @Test func whatWasOnlyThoughtToBeGoneIsTakenUpAgain() {
    var script = ConduitScript(sockets: 1)
    _ = script.steps()
    script.listed([])
    _ = script.steps()
    script.state.created(.success(Conduit(id: "A", shardCount: 1)), at: script.now, using: &script.generator)
    #expect(script.state.isNew)
    script.isGone("A")
    script.listed([Conduit(id: "B", shardCount: 4), Conduit(id: "A", shardCount: 1)])
    #expect(script.state.conduit == "A")
    // It has its subscriptions by now.
    #expect(!script.state.isNew)
  }

  @Test func aConduitWhoseMakingWasNotAnsweredIsFoundAgain() {
    var script = ConduitScript(sockets: 1)
    let others = [Conduit(id: "A", shardCount: 1), Conduit(id: "B", shardCount: 1)]
    _ = script.steps()
    script.listed(others)
    #expect(script.steps() == [.create(shardCount: 1)])
    script.state.created(.failure(.unanswered("reset")), at: script.now, using: &script.generator)
    #expect(script.steps(after: 0.501) == [.list])
    script.listed([Conduit(id: "N", shardCount: 1)] + others)
    #expect(script.state.conduit == "N")
  }

  @Test func aListThatFailsIsTriedAgain() throws {
    var script = ConduitScript(sockets: 1)
    for _ in 0..<20 {
      #expect(script.steps() == [.list])
      script.state.listed(.failure(.server(status: 500)), at: script.now, using: &script.generator)
      #expect(script.steps().isEmpty)
      let wake = try #require(script.state.wake(after: script.now))
      #expect(wake - script.now <= .seconds(30))
      script.now = wake
    }
  }

  @Test func aConduitOfAnotherSizeIsResizedFirst() {
    var script = ConduitScript(sockets: 3, stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    #expect(script.steps() == [.resize("C", shardCount: 3), .connect("0")])
    script.state.resized("C", .success(Conduit(id: "C", shardCount: 3)), at: script.now, using: &script.generator)
    #expect(script.steps() == [.connect("1"), .connect("2")])
  }

  @Test func shrinkingClosesTheSurplusSocketsAfterwards() {
    var script = ConduitScript.ready(3)
    script.state.want(ConduitScript.sockets(2))
    #expect(script.stepsOnceLookedAt() == [.resize("C", shardCount: 2)])
    #expect(script.steps().isEmpty)
    script.state.resized("C", .success(Conduit(id: "C", shardCount: 2)), at: script.now, using: &script.generator)
    #expect(script.steps() == [.disconnect("2")])
    #expect(script.state.isReady)
  }

  @Test func aFailedResizeIsTriedAgain() {
    var script = ConduitScript.ready(2)
    script.state.want(ConduitScript.sockets(3))
    #expect(script.stepsOnceLookedAt() == [.resize("C", shardCount: 3)])
    script.state.resized("C", .failure(.server(status: 500)), at: script.now, using: &script.generator)
    #expect(script.steps().isEmpty)
    #expect(script.steps(after: 1) == [.resize("C", shardCount: 3)])
  }

  /// Twitch answers to all else.
  @Test func aResizeThatKeepsFailingIsTriedLessAndLess() {
    var script = ConduitScript.ready(2)
    script.state.want(ConduitScript.sockets(3))
    var tries = 0
    for _ in 0..<600 {
      for step in script.steps(after: 0.5) {
        switch step {
        case .look: script.looked(script.unchanged)
        case .resize(let id, _):
          tries += 1
          script.state.resized(id, .failure(.server(status: 500)), at: script.now, using: &script.generator)
        default: break
        }
      }
    }
    // In five minutes a try every few seconds, from a wait that begins anew each time, would be hundreds.
    #expect((10...60).contains(tries), "\(tries)")
  }

  @Test(arguments: [-1, 0, .min, .max]) func anImpossibleSizeIsSetRight(size: Int) {
    var script = ConduitScript(sockets: 2, stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: size)])
    #expect(script.state.isLossy)
    #expect(script.steps().first == .resize("C", shardCount: 2))
    script.state.resized("C", .success(Conduit(id: "C", shardCount: size)), at: script.now, using: &script.generator)
    // Twitch said yes and did not do it: not at once again.
    #expect(script.steps().isEmpty)
    #expect(script.steps(after: 0.501) == [.resize("C", shardCount: 2)])
    script.state.resized("C", .success(Conduit(id: "C", shardCount: 2)), at: script.now, using: &script.generator)
    #expect(script.state.size == 2)
  }
}
