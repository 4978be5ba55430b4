/// A WebSocket client's bytes, on their way between a raw connection and the frames in them: TLS, the handshake, then frames.
///
/// libwebsockets' own client goes through what it reads byte by byte, 80 instructions each, and what Twitch sends is read only to be
/// scanned once more (docs/performance.md). Knows no socket: bytes from it go in, what they mean and what has to be written come
/// out.
final class ClientStream {
  /// What becomes of the bytes.
  enum Event {
    /// The handshake is over; messages may be sent.
    case established
    case frame(FrameReader.Event)
  }

  /// Why it is over.
  enum Failure: Error {
    /// It never began.
    case notConnected(ConnectError)
    /// The connection is to be failed with a close frame.
    case wrong(Closure)
    /// Nothing more can be written.
    case broken
  }

  private let origin: Address.Origin
  private var handshake: ClientHandshake
  private var reader: FrameReader
  private var tls: TLSSession?
  private var isOpen = false
  private var hasNews = false
  private var output: [UInt8] = []

  init(_ address: Address, maximumMessageSize: Int) {
    origin = address.origin
    handshake = ClientHandshake(address)
    reader = FrameReader(maximumMessageSize: maximumMessageSize)
  }

  /// The connection is there.
  func connected() throws(Failure) {
    guard origin.isSecure else { return output += handshake.request }
    guard let tls = TLSSession(host: origin.host) else { throw .notConnected(.unreachable("no TLS for this host")) }
    self.tls = tls
    _ = try secure(tls) { () throws(TLSSession.Failure) in try tls.shakeHands() }
  }

  /// Bytes have come; `next()` says what they mean.
  func receive(_ bytes: some Collection<UInt8>) throws(Failure) {
    guard let tls else { return try take(bytes) }
    let wasReady = tls.isReady
    let plain = try secure(tls) { () throws(TLSSession.Failure) in try tls.open(Array(bytes)) }
    if tls.isReady, !wasReady { output += try seal(handshake.request) }
    try take(plain)
  }

  private func take(_ plain: some Collection<UInt8>) throws(Failure) {
    guard !isOpen else { return reader.take(plain) }
    do throws(ConnectError) {
      guard !plain.isEmpty, let frames = try handshake.receive(Array(plain)) else { return }
      (isOpen, hasNews) = (true, true)
      reader.take(frames)
    } catch {
      throw .notConnected(error)
    }
  }

  /// What comes next, or `nil` until more bytes have come.
  func next() throws(Failure) -> Event? {
    guard isOpen else { return nil }
    if hasNews {
      hasNews = false
      return .established
    }
    do throws(Closure) {
      return try reader.next().map { .frame($0) }
    } catch {
      throw .wrong(error)
    }
  }

  /// Makes of a frame what is to be written.
  func seal(_ frame: [UInt8]) throws(Failure) -> [UInt8] {
    guard let tls else { return frame }
    do throws(TLSSession.Failure) {
      try tls.seal(frame)
    } catch {
      throw .broken
    }
    return tls.takeOutput()
  }

  /// What has to be written by itself: parts of handshakes.
  func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  var hasOutput: Bool { !output.isEmpty }

  /// Whether nothing more will come, though the connection is still there.
  var isOver: Bool { tls?.isOver ?? false }

  private func secure<Result>(
    _ tls: TLSSession, _ step: () throws(TLSSession.Failure) -> Result
  ) throws(Failure) -> Result {
    do throws(TLSSession.Failure) {
      let result = try step()
      output += tls.takeOutput()
      return result
    } catch {
      throw isOpen ? .broken : .notConnected(.unreachable("TLS: \(error.reason)"))
    }
  }
}
