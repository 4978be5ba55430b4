import CLibWebSockets
import Glibc
import HTTPTypes

/// A connection whose first bytes are looked at before libwebsockets gets it (see `FirstHead`).
///
/// Owns the socket until it is handed over or closed; either is reported once, and then this object is of no use any more. On
/// the loop's thread only.
@safe final class HeadReader {
  enum Outcome {
    /// The socket is the receiver's now; libwebsockets shall have these bytes before what it reads there.
    case open([UInt8])
    case closed
  }

  private let loop: EventLoop
  private let socket: Int32
  private let watcher: UnsafeMutablePointer<relay_watcher>
  private let report: (HeadReader, Outcome) -> Void
  /// How many bytes have come; they stay in the socket.
  private var count = 0
  private var deadline: Timer?
  private var isOver = false

  /// Begins to look.
  init(_ socket: Int32, on loop: EventLoop, timeout: Duration, report: @escaping (HeadReader, Outcome) -> Void) {
    self.loop = loop
    self.socket = socket
    self.report = report
    unsafe watcher = .allocate(capacity: 1)
    unsafe watcher.initialize(to: relay_watcher())
    unsafe watcher.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
    unsafe watcher.pointee.fire = { owner in
      guard let owner = unsafe owner else { return }
      unsafe Unmanaged<HeadReader>.fromOpaque(owner).takeUnretainedValue().readable()
    }
    guard let evLoop = unsafe loop.evLoop else { return }
    unsafe relay_watcher_start(watcher, evLoop, socket)
    deadline = loop.schedule(after: timeout) { [weak self] in self?.refuse(.requestTimeout) }
  }

  deinit {
    stopWatching()
    if !isOver { close(socket) }
    unsafe watcher.deallocate()
  }

  private func stopWatching() {
    if let evLoop = unsafe loop.evLoop { unsafe relay_watcher_stop(watcher, evLoop) }
  }

  private func readable() {
    var buffer = [UInt8](repeating: 0, count: FirstHead.headLimit + 1)
    let peeked = unsafe recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
    if peeked < 0, [EAGAIN, EINTR].contains(errno) { return }
    // Awake without anything new: the other end has closed.
    guard peeked > count else { return end(.closed) }
    count = peeked
    switch FirstHead(Array(buffer.prefix(count))) {
    case .incomplete: SocketOptions.awaken(socket, at: count + 1)
    case .plain: end(.open([]))
    case .rewritten(let head, let replaced):
      _ = unsafe recv(socket, &buffer, replaced, Int32(MSG_DONTWAIT))
      end(.open(head))
    case .refused(let status): refuse(status)
    }
  }

  /// The answer fits into an empty socket.
  private func refuse(_ status: HTTPResponse.Status) {
    let answer = Response.text("\(status.reasonPhrase)\n", status: status).encoded(for: .get, closing: true)
    _ = unsafe send(socket, answer, answer.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    shutdown(socket, Int32(SHUT_WR))
    // Closed with something unread, the connection would be reset, and the answer lost with it.
    var rest = [UInt8](repeating: 0, count: 64 << 10)
    while unsafe recv(socket, &rest, rest.count, Int32(MSG_DONTWAIT)) > 0 {}
    end(.closed)
  }

  private func end(_ outcome: Outcome) {
    guard !isOver else { return }
    isOver = true
    deadline = nil
    stopWatching()
    switch outcome {
    case .open: SocketOptions.awaken(socket, at: 1)
    case .closed: close(socket)
    }
    report(self, outcome)
  }
}
