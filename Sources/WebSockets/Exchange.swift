import CLibWebSockets
import FoundationEssentials
import HTTPTypes

/// One HTTP request to our server and its answer.
@safe final class Exchange: ConnectionHandler {
  let connection: Connection
  private let server: Server
  private var request: Request
  private var timer: Timer?
  private var isBodyWhole = false
  private var isAnswering = false
  private var isClosing = false
  private var output: [UInt8] = []
  private var written = 0

  private var wsi: OpaquePointer? { unsafe connection.wsi }
  private var loop: EventLoop { connection.loop }

  /// What one writable callback writes at most.
  private static let pieceSize = 64 << 10

  init(server: Server, request: Request) {
    self.server = server
    self.request = request
    connection = Connection(on: server.loop)
  }

  /// Starts the exchange: the body first if there is one, else the answer.
  func begin(_ wsi: OpaquePointer) -> Int32 {
    // The library's own time-out counts what we take to answer, too; from here on we keep the time.
    unsafe lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0)
    isClosing = server.readsHeads
    if request.headers[.transferEncoding] != nil {
      return refuse(.text("a body needs a Content-Length\n", status: .lengthRequired))
    }
    guard let length = request.headers[.contentLength] else {
      // libwebsockets would wait for the end of a body that nobody announced.
      isClosing = isClosing || [.post, .put, .patch].contains(request.method)
      dispatch()
      return 0
    }
    guard let length = Int(length), length >= 0 else {
      return refuse(.text("Content-Length must be a number of bytes\n", status: .badRequest))
    }
    guard length <= server.configuration.maximumBodySize else {
      return refuse(
        .text(
          "a body has at most \(server.configuration.maximumBodySize) bytes\n",
          status: .contentTooLarge))
    }
    // libwebsockets reports the end of an empty body for POST only.
    if length == 0 && request.method != .post {
      dispatch()
      return 0
    }
    timer = loop.schedule(after: server.configuration.requestTimeout) { [weak self] in
      guard let self else { return }
      _ = refuse(.text("the body took too long\n", status: .requestTimeout))
    }
    return 0
  }

  func handle(_ reason: lws_callback_reasons, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    switch reason {
    case LWS_CALLBACK_HTTP_BODY: unsafe received(bytes)
    case LWS_CALLBACK_HTTP_BODY_COMPLETION: complete()
    case LWS_CALLBACK_HTTP_WRITEABLE: writable()
    case LWS_CALLBACK_CLOSED_HTTP, LWS_CALLBACK_WSI_DESTROY: ended()
    default: 0
    }
  }

  private func received(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard !isAnswering else { return 0 }
    guard request.body.count + bytes.count <= server.configuration.maximumBodySize else {
      return refuse(.text("the body is too large\n", status: .contentTooLarge))
    }
    unsafe request.body.append(contentsOf: bytes)
    return 0
  }

  private func complete() -> Int32 {
    // Again: the client has sent its next request before this one's answer. libwebsockets takes that for more of this body
    // and would report it for ever, so such a client has to come back on a new connection.
    guard !isBodyWhole else { return -1 }
    isBodyWhole = true
    guard !isAnswering else { return 0 }
    if let wsi = unsafe wsi { unsafe lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0) }
    dispatch()
    return 0
  }

  private func dispatch() {
    timer = nil
    isAnswering = true
    let basePath = server.configuration.basePath
    guard let request = server.below(basePath, request) else {
      return answer(.text("not found\n", status: .notFound))
    }
    // What a page there names relatively would be looked for beside the base path, not below it.
    guard basePath.isEmpty || self.request.path != basePath else {
      return answer(.moved(to: basePath + "/", request.query))
    }
    let exchange = OnLoop(self)
    let respond = server.respond
    let loop = loop
    Task {
      let response = await respond(request)
      loop.execute { _ in exchange.value.answer(response) }
    }
  }

  private func refuse(_ response: Response) -> Int32 {
    timer = nil
    isAnswering = true
    isClosing = true
    answer(response)
    return 0
  }

  private func answer(_ response: Response?) {
    guard unsafe wsi != nil else { return }
    guard let response else { return connection.kill() }
    isClosing = isClosing || request.headers[.connection]?.lowercased() == "close"
    output = response.encoded(for: request.method, closing: isClosing)
    keepTime()
    connection.requestWritable()
  }

  /// A client that reads nothing is not kept for ever. The library has this time-out, not a timer of ours, since it may be left with the last
  /// piece; it sets another one when that is gone.
  private func keepTime() {
    guard let wsi = unsafe wsi else { return }
    let seconds = Int32(clamping: server.configuration.answerTimeout.wholeSeconds)
    unsafe lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, seconds)
  }

  private func writable() -> Int32 {
    guard let wsi = unsafe wsi, !output.isEmpty else { return 0 }
    guard written < output.count else { return unsafe finish(wsi) }
    let end = min(written + Self.pieceSize, output.count)
    let result = unsafe output.withUnsafeMutableBufferPointer {
      unsafe Writing.write(UnsafeMutableBufferPointer(rebasing: $0[written..<end]), to: wsi)
    }
    written = end
    guard result == 0 else { return result }
    keepTime()
    // The client may send its next request as soon as it has the last piece, so a kept connection is made ready for that
    // at once. One that we close takes another turn: what the socket did not take is written by then.
    if written == output.count && !isClosing { return unsafe finish(wsi) }
    connection.requestWritable()
    return 0
  }

  private func finish(_ wsi: OpaquePointer) -> Int32 {
    guard !isClosing else { return -1 }
    connection.detach()
    return unsafe lws_http_transaction_completed(wsi) == 0 ? 0 : -1
  }

  private func ended() -> Int32 {
    timer = nil
    // The system would keep what is left of a broken answer for who does not read it, and call that a goodbye.
    if let wsi = unsafe wsi, written < output.count { SocketOptions.resetOnClose(unsafe lws_get_socket_fd(wsi)) }
    connection.detach()
    return 0
  }
}
