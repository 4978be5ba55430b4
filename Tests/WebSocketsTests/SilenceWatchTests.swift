import Testing

@testable import WebSockets

@Suite struct SilenceWatchTests {
  /// WebSockets without a connection, so that only the watch decides about them.
  private static func sockets(_ count: Int, _ watch: SilenceWatch, on loop: EventLoop) -> [WebSocket] {
    let sockets = (0..<count).map { _ in
      WebSocket(on: loop, phase: .open, maximumMessageSize: 1, watch: watch)
    }
    for socket in sockets { watch.add(socket) }
    return sockets
  }

  @Test(arguments: [(3, 2), (2, 5)])
  func whoIsSilentIsPingedAndThenGivenUp(interval: Int, timeout: Int) async throws {
    try await Host.run { host, _ in
      let watch = SilenceWatch(Server.Pings(interval: interval, timeout: timeout), on: host.loop)
      let socket = Self.sockets(1, watch, on: host.loop)[0]
      for _ in 1..<interval { watch.pass() }
      #expect(socket.silence?.state == .heard)
      watch.pass()
      #expect(socket.silence?.state == .pinged)
      for _ in 1..<timeout { watch.pass() }
      #expect(socket.silence?.state == .pinged)
      watch.pass()
      #expect(socket.silence?.state == .givenUp)
      watch.remove(socket)
    }
  }

  @Test func whoIsHeardHasTheWholeIntervalAgain() async throws {
    try await Host.run { host, _ in
      let watch = SilenceWatch(Server.Pings(interval: 3, timeout: 2), on: host.loop)
      let sockets = Self.sockets(3, watch, on: host.loop)
      watch.pass()
      watch.pass()
      watch.heard(sockets[0])
      watch.pass()
      watch.heard(sockets[1])
      #expect(sockets.map(\.silence?.state) == [.heard, .heard, .pinged])
      watch.pass()
      watch.pass()
      #expect(sockets.map(\.silence?.state) == [.pinged, .heard, .givenUp])
      for socket in sockets { watch.remove(socket) }
    }
  }

  @Test func whoIsInTheSamePlaceIsWatchedOnWhenOthersLeave() async throws {
    try await Host.run { host, _ in
      let watch = SilenceWatch(Server.Pings(interval: 2, timeout: 2), on: host.loop)
      let sockets = Self.sockets(5, watch, on: host.loop)
      for gone in [4, 0, 2] { watch.remove(sockets[gone]) }
      watch.remove(sockets[0])
      watch.pass()
      watch.pass()
      #expect(sockets.map(\.silence?.state) == [nil, .pinged, nil, .pinged, nil])
      watch.remove(sockets[1])
      watch.pass()
      watch.pass()
      #expect(sockets.map(\.silence?.state) == [nil, nil, nil, .givenUp, nil])
      watch.remove(sockets[3])
    }
  }
}
