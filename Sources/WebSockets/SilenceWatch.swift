/// Pings a server's WebSockets that have been silent for a while, and drops those that stay so.
///
/// libwebsockets would keep a time-out of each in one list, which it walks to find the place of the next: with ten thousand browsers
/// their pings alone take a tenth of a core. Here everybody has a place in the round for the second in which they are looked at next,
/// and who was heard meanwhile gets a later one. Seconds count from when the round passes, so that nobody waits longer than the
/// settings say, and up to one second less. Not sendable: it belongs to the actor on the loop.
final class SilenceWatch {
  /// Where somebody is in the round, and what is known of them.
  struct Entry {
    fileprivate var slot: Int32
    fileprivate var index: Int32
    fileprivate var heard: Int32
    fileprivate(set) var state = State.heard
  }

  enum State: UInt8 {
    case heard, pinged, givenUp
  }

  private let interval: Int32
  private let timeout: Int32
  private let loop: EventLoop
  /// The seconds to come; the present one's number, divided by how many these are, tells which is next.
  private var slots: [[WebSocket]]
  private var second: Int32 = 0
  private var count = 0
  private var timer: Timer?

  init(_ pings: Server.Pings, on loop: EventLoop) {
    interval = Int32(clamping: max(1, pings.interval))
    timeout = Int32(clamping: max(1, pings.timeout))
    self.loop = loop
    slots = Array(repeating: [], count: Int(max(interval, timeout)) + 1)
  }

  /// Watches a WebSocket until `remove`.
  func add(_ socket: WebSocket) {
    socket.silence = Entry(slot: 0, index: 0, heard: second)
    put(socket, at: second + interval)
    count += 1
    if count == 1 { keepTime() }
  }

  /// Notes that a WebSocket's peer gave a sign of life.
  func heard(_ socket: WebSocket) {
    socket.silence?.heard = second
    if socket.silence?.state == .pinged { socket.silence?.state = .heard }
  }

  func remove(_ socket: WebSocket) {
    guard let entry = socket.silence else { return }
    socket.silence = nil
    count -= 1
    if count == 0 { timer = nil }
    let slot = Int(entry.slot)
    let last = slots[slot].removeLast()
    if last !== socket {
      slots[slot][Int(entry.index)] = last
      last.silence?.index = entry.index
    }
  }

  private func put(_ socket: WebSocket, at second: Int32) {
    let slot = Int(second) % slots.count
    socket.silence?.slot = Int32(slot)
    socket.silence?.index = Int32(slots[slot].count)
    slots[slot].append(socket)
  }

  private func keepTime() {
    timer = loop.schedule(after: .seconds(1)) { [unowned self] in
      pass()
      keepTime()
    }
  }

  /// A second has passed.
  func pass() {
    second += 1
    let slot = Int(second) % slots.count
    let due = slots[slot]
    slots[slot] = []
    // Nobody leaves while these are looked at: connections end in callbacks of their own.
    for socket in due { look(at: socket) }
  }

  private func look(at socket: WebSocket) {
    guard let entry = socket.silence else { return }
    switch entry.state {
    case .heard where second < entry.heard + interval:
      put(socket, at: entry.heard + interval)
    case .heard:
      socket.silence?.state = .pinged
      put(socket, at: second + timeout)
      socket.ping()
    case .pinged, .givenUp:
      socket.silence?.state = .givenUp
      put(socket, at: second + interval)
      socket.connection.kill()
    }
  }
}
