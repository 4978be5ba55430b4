import CLibWebSockets
import DequeModule

/// One WebSocket, at either end.
///
/// Not sendable: it belongs to the actor on its event loop. A script reads it with `receive()` until that gives `nil`, or a
/// closure is handed what comes; `closure` then says how it ended. Sending never waits: what cannot be written yet is queued, and `queuedBytes` tells
/// how much that is; a peer that takes nothing is for the caller to close.
@safe public final class WebSocket: ConnectionHandler {
  enum Phase {
    /// The handshake of a connection that we opened is under way.
    case connecting((Result<WebSocket, ConnectError>) -> Void)
    /// A browser's handshake was accepted; the connection comes up in a moment.
    case accepted((WebSocket) -> Void)
    case open
    /// We have said goodbye, or will as soon as what is queued has been written.
    case closing
    case closed
  }

  let connection: Connection
  var phase: Phase
  /// A client's end, on a raw connection: what its bytes mean. libwebsockets frames and unframes those of a server's end.
  let client: ClientStream?
  private let maximumMessageSize: Int

  private var outbox: Outbox
  private var isWritableRequested = false
  private var pingsToSend = 0
  /// What the peer's latest ping has to be answered with, at a client's end.
  var pong: [UInt8]?
  private var goodbye: Closure?
  private var hasSaidGoodbye = false

  private var incoming: Deque<Message> = []
  private var partial: [UInt8] = []
  private var receiver: CheckedContinuation<Message?, Never>?
  private var handler: ((Message?) -> Void)?
  private var unreadBytes = 0
  private var drainer: CheckedContinuation<Void, Never>?

  private var log: FrameLog?
  var indexInLog: Int?
  /// Who pings this one when it is silent, at a server's end.
  private let watch: SilenceWatch?
  var silence: SilenceWatch.Entry?

  /// How the connection ended; `nil` while it lives.
  public internal(set) var closure: Closure?
  /// Whether the other end said goodbye, so that all it had sent before has been received.
  public private(set) var hasHeardGoodbye = false

  /// Called for each pong that the peer sends.
  public var onPong: (() -> Void)?

  /// Bytes of messages that may wait to be received; a peer that sends more at once is closed with 1008. Making it wait
  /// instead (libwebsockets' receive flow control) strands what the library has buffered already.
  private static let unreadLimit = 8 << 20
  private static let pingPayload = Array("relay".utf8)
  /// How long the closing handshake may take.
  private static let goodbyeSeconds: Int32 = 5
  /// How long it may take with a peer that reads too slowly: long enough for one that was only asleep to learn why.
  private static let slowGoodbyeSeconds: Int32 = 60

  init(
    on loop: EventLoop, phase: Phase, client: ClientStream? = nil, maximumMessageSize: Int, watch: SilenceWatch? = nil
  ) {
    self.phase = phase
    self.client = client
    outbox = Outbox(makesFrames: client == nil)
    self.maximumMessageSize = maximumMessageSize
    self.watch = watch
    connection = Connection(on: loop)
  }

  var wsi: OpaquePointer? { unsafe connection.wsi }

  /// Whether messages can still be sent.
  public var isOpen: Bool {
    if case .open = phase { true } else { false }
  }

  // MARK: Receiving

  /// The next whole message, or `nil` once the connection is over and everything that came has been received.
  ///
  /// One caller at a time.
  public func receive() async -> Message? {
    if let message = incoming.popFirst() {
      unreadBytes -= message.count
      return message
    }
    guard closure == nil else { return nil }
    precondition(receiver == nil, "one receiver at a time")
    return await withCheckedContinuation { receiver = $0 }
  }

  /// From now on, hands over each message as it comes, and at last `nil`: for those who are many, since a script that waits takes
  /// a kilobyte and a half.
  public func receive(_ handler: @escaping (Message?) -> Void) {
    while let message = incoming.popFirst() { handler(message) }
    if closure == nil { self.handler = handler } else { handler(nil) }
  }

  func deliver(_ message: Message) {
    if let handler { return handler(message) }
    if let receiver {
      self.receiver = nil
      return receiver.resume(returning: message)
    }
    unreadBytes += message.count
    guard unreadBytes <= Self.unreadLimit else { return close(1008, "too much at once") }
    incoming.append(message)
  }

  // MARK: Sending

  /// Queues a text message.
  public func send(_ text: String) {
    send(bytes: Array(text.utf8))
  }

  /// Queues a text message that is UTF-8 already (what it is, is not checked).
  public func send(bytes: [UInt8]) {
    send(.text(bytes))
  }

  /// Queues a message (that text is UTF-8 is not checked).
  public func send(_ message: Message) {
    guard isOpen else { return }
    outbox.append(message, end: log?.newest)
    hasMoreToWrite()
  }

  /// Returns once everything that was sent has been written, the log's excepted, or the connection is over.
  ///
  /// One caller at a time.
  public func drained() async {
    guard closure == nil, queuedBytes > 0 else { return }
    precondition(drainer == nil, "one caller at a time")
    await withCheckedContinuation { drainer = $0 }
  }

  private func hasDrained() {
    drainer?.resume()
    drainer = nil
  }

  /// Bytes that were sent but not written yet, the log's excepted.
  public var queuedBytes: Int { outbox.ownBytes }

  /// From now on, everything that is appended to `log` goes to this connection too, in order with `send`.
  ///
  /// Only for a server's end: a client's frames are masked, each with its own key.
  public func follow(_ log: FrameLog) {
    precondition(client == nil, "a client cannot send shared frames")
    guard isOpen else { return }
    self.log?.remove(self)
    self.log = log
    log.add(self)
    outbox.follow(log)
  }

  /// Sends a ping; the answer calls `onPong`. For servers: Twitch forbids clients to send any.
  public func ping() {
    guard isOpen else { return }
    pingsToSend += 1
    writeAtOnce()
  }

  /// Says goodbye once what is queued has been written, and waits for the other end's for a few seconds. A client's end goes
  /// on receiving until then.
  public func close(_ code: UInt16 = 1000, _ reason: String = "") {
    close(Closure(code: code, reason: reason), within: Self.goodbyeSeconds)
  }

  /// Says goodbye with code 1013 to a peer that reads too slowly; what is queued for it is dropped.
  public func fellBehind() {
    outbox.removeAll()
    hasDrained()
    close(Closure(code: 1013, reason: "too slow: come back with your cursor"), within: Self.slowGoodbyeSeconds)
  }

  private func close(_ goodbye: Closure, within seconds: Int32) {
    guard isOpen else { return }
    self.goodbye = goodbye
    phase = .closing
    outbox.end(at: log?.newest)
    log?.remove(self)
    // The goodbye has a time-out of its own.
    watch?.remove(self)
    if let wsi = unsafe wsi {
      unsafe lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, seconds)
    }
    hasMoreToWrite()
  }

  /// Drops the connection without a goodbye; the peer sees it vanish.
  public func abort() {
    if let wsi = unsafe wsi { SocketOptions.resetOnClose(unsafe lws_get_socket_fd(wsi)) }
    connection.kill()
  }

  // MARK: For the log

  /// How many bytes the log had before what this connection writes next.
  var positionInLog: Int { outbox.position.map { $0.slab.start + $0.offset } ?? .max }

  func hasMoreToWrite() {
    guard !isWritableRequested else { return }
    isWritableRequested = true
    connection.requestWritable()
  }

  /// Writes right now, which saves the two calls to the system that a writable callback costs, unless one is due anyway.
  func writeAtOnce() {
    guard !isWritableRequested, writable() != 0 else { return }
    connection.kill()
  }

  var loop: EventLoop { connection.loop }

  // MARK: Callbacks

  func handle(_ reason: lws_callback_reasons, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    switch reason {
    case LWS_CALLBACK_ESTABLISHED: established()
    case LWS_CALLBACK_RECEIVE: unsafe received(bytes)
    case LWS_CALLBACK_RAW_CONNECTED: connected()
    case LWS_CALLBACK_RAW_RX: unsafe read(bytes)
    case LWS_CALLBACK_SERVER_WRITEABLE, LWS_CALLBACK_RAW_WRITEABLE: writable()
    case LWS_CALLBACK_RECEIVE_PONG: ponged()
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: unsafe peerCloses(Array(bytes))
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: unsafe failed(.unreachable(String(decoding: bytes, as: UTF8.self)))
    case LWS_CALLBACK_CLOSED, LWS_CALLBACK_RAW_CLOSE, LWS_CALLBACK_WSI_DESTROY: ended()
    default: 0
    }
  }

  func established() -> Int32 {
    let previous = phase
    phase = .open
    if let wsi = unsafe wsi { SocketOptions.sendAtOnce(unsafe lws_get_socket_fd(wsi)) }
    switch previous {
    case .connecting(let done): done(.success(self))
    case .accepted(let handler):
      watch?.add(self)
      handler(self)
    case .open, .closing, .closed: break
    }
    return 0
  }

  private func received(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard let wsi = unsafe wsi else { return -1 }
    watch?.heard(self)
    // A server keeps nothing of a connection that it is leaving.
    guard isOpen else { return 0 }
    guard partial.count + bytes.count <= maximumMessageSize else {
      close(1009, "a message has at most \(maximumMessageSize) bytes")
      return 0
    }
    unsafe partial.append(contentsOf: bytes)
    // A message is whole only when this is its final fragment and nothing of the fragment remains.
    guard unsafe lws_is_final_fragment(wsi) != 0, unsafe lws_remaining_packet_payload(wsi) == 0
    else { return 0 }
    let isBinary = unsafe lws_frame_is_binary(wsi) != 0
    let message = partial
    partial = []
    if !isBinary && (try? UTF8Span(validating: message.span)) == nil {
      close(1007, "text must be UTF-8")
    } else {
      deliver(isBinary ? .binary(message) : .text(message))
    }
    return 0
  }

  private func writable() -> Int32 {
    guard let wsi = unsafe wsi else { return -1 }
    isWritableRequested = false
    defer { unsafe askForMore(wsi) }
    if let result = unsafe writeAhead(wsi) { return result }
    let hadOwn = outbox.ownBytes > 0
    guard var next = outbox.next() else { return unsafe sayGoodbye(wsi) }
    var result = unsafe write(next, to: wsi)
    var size = next.size
    // Several writes are allowed as long as the socket takes them whole: a slice in all; and more for who is behind, who must not lose
    // ground for want of turns.
    while result == 0, unsafe lws_partial_buffered(wsi) == 0,
      unsafe size < FrameLog.sliceSize || isBehind && lws_send_pipe_choked(wsi) == 0, let following = outbox.next()
    {
      next = following
      size += next.size
      result = unsafe write(next, to: wsi)
    }
    if hadOwn, outbox.ownBytes == 0 { hasDrained() }
    return result
  }

  /// Writes what goes before any message, if there is something: of a client's handshake, a pong or a ping.
  private func writeAhead(_ wsi: OpaquePointer) -> Int32? {
    if let client, client.hasOutput { return unsafe Writing.write(client.takeOutput(), to: wsi, as: LWS_WRITE_HTTP) }
    if case .connecting = phase { return 0 }
    if let payload = pong, !hasSaidGoodbye {
      pong = nil
      return unsafe put(Frame.masked(.pong, payload), to: wsi)
    }
    guard pingsToSend > 0 else { return nil }
    pingsToSend -= 1
    return client == nil
      ? unsafe Writing.write(Self.pingPayload, to: wsi, as: LWS_WRITE_PING)
      : unsafe put(Frame.masked(.ping, Self.pingPayload), to: wsi)
  }

  /// Asks for a callback when something is left: here, or of the last write, which libwebsockets then keeps (it must be gone before the
  /// next one, or a peer that reads slowly would make it keep ever more).
  private func askForMore(_ wsi: OpaquePointer) {
    let hasMore =
      client?.hasOutput == true || pong != nil && !hasSaidGoodbye || pingsToSend > 0 || !outbox.isEmpty
      || goodbye != nil && !hasSaidGoodbye
    if unsafe hasMore || lws_partial_buffered(wsi) != 0 { hasMoreToWrite() }
  }

  /// Whether the log is more than some slices ahead.
  private var isBehind: Bool {
    guard let log else { return false }
    return log.newest.end - positionInLog > 4 * FrameLog.sliceSize
  }

  private func write(_ next: Outbox.Next, to wsi: OpaquePointer) -> Int32 {
    switch next {
    case .own(let bytes, let isText):
      unsafe put(client == nil ? bytes : Frame.masked(isText ? .text : .binary, bytes), to: wsi)
    case .log(let slab, let start, let end):
      unsafe slab.withBytes(start, end) { unsafe Writing.write($0, to: wsi) }
    }
  }

  /// Writes whole frames.
  private func put(_ frames: [UInt8], to wsi: OpaquePointer) -> Int32 {
    guard let bytes = try? client?.seal(frames) ?? frames else { return -1 }
    return unsafe Writing.write(bytes, to: wsi, as: LWS_WRITE_HTTP)
  }

  func ponged() -> Int32 {
    watch?.heard(self)
    onPong?()
    return 0
  }

  /// Sends the close frame once everything before it has been written.
  ///
  /// It is written by hand: libwebsockets ends the connection when it hears anything but a close frame after its own, and a
  /// peer that is still sending would then lose ours, or we what it sends. Here what comes is read until the peer's close
  /// frame or the deadline that `close` has set.
  private func sayGoodbye(_ wsi: OpaquePointer) -> Int32 {
    guard case .closing = phase, let goodbye, !hasSaidGoodbye else { return 0 }
    hasSaidGoodbye = true
    return unsafe put(Frame.close(goodbye, isMasked: client != nil), to: wsi)
  }

  func peerCloses(_ bytes: [UInt8]) -> Int32 {
    let code = bytes.count >= 2 ? UInt16(bytes[0]) << 8 | UInt16(bytes[1]) : 1005
    let reason = Array(bytes.dropFirst(2))
    hasHeardGoodbye = true
    // libwebsockets would send back what it got (RFC 6455 §5.5.1, §8.1).
    if bytes.count == 1 { return object(Closure(code: 1002, reason: "half a close code")) }
    guard (try? UTF8Span(validating: reason.span)) != nil else {
      return object(Closure(code: 1007, reason: "a reason must be UTF-8"))
    }
    if goodbye == nil { goodbye = Closure(code: code, reason: String(decoding: reason, as: UTF8.self)) }
    guard client != nil else { return hasSaidGoodbye ? -1 : 0 }
    guard Frame.mayClose(code) else { return object(Closure(code: 1002, reason: "no code to close with")) }
    return answerGoodbye(code)
  }

  /// Sends back what the peer closed with, which ends a client's connection; libwebsockets does it for a server's.
  private func answerGoodbye(_ code: UInt16) -> Int32 {
    guard let wsi = unsafe wsi, !hasSaidGoodbye else { return -1 }
    hasSaidGoodbye = true
    _ = unsafe put(code == 1005 ? Frame.masked(.close, []) : Frame.close(Closure(code: code), isMasked: true), to: wsi)
    return -1
  }

  /// Answers what breaks the protocol with a close frame.
  func object(_ closure: Closure) -> Int32 {
    guard let wsi = unsafe wsi, !hasSaidGoodbye else { return -1 }
    hasSaidGoodbye = true
    goodbye = closure
    _ = unsafe put(Frame.close(closure, isMasked: client != nil), to: wsi)
    return -1
  }

  func ended() -> Int32 {
    guard closure == nil else { return 0 }
    if case .connecting(let done) = phase {
      done(.failure(.unreachable("closed during the handshake")))
    }
    phase = .closed
    closure = goodbye ?? Closure(code: 1006)
    log?.remove(self)
    log = nil
    watch?.remove(self)
    outbox.removeAll()
    onPong = nil
    connection.detach()
    receiver?.resume(returning: nil)
    receiver = nil
    handler?(nil)
    handler = nil
    hasDrained()
    return 0
  }
}
