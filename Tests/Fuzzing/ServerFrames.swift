@testable import WebSockets

/// What a server sends over a WebSocket: in whatever pieces it comes, it says the same. The first three bytes choose the pieces.
func readServerFrames(_ bytes: [UInt8]) {
  var input = Input(bytes)
  let (wire, pieces) = input.pieces()
  let whole = Said([wire])
  promise(whole == Said(pieces), "pieces say what the whole does")
  for event in whole.events {
    switch event {
    case .message(.text(let bytes)), .message(.binary(let bytes)):
      promise(bytes.count <= Said.limit, "a message has a limit")
    case .ping(let payload), .close(let payload): promise(payload.count <= 125, "a control frame is short")
    case .pong: break
    }
  }
  if let code = whole.failure?.code { promise(Frame.mayClose(code), "a connection fails with a code that may be sent") }
}

private struct Said: Equatable {
  static let limit = 300

  var events: [FrameReader.Event] = []
  var failure: Closure?

  init(_ pieces: [[UInt8]]) {
    var reader = FrameReader(maximumMessageSize: Self.limit)
    do throws(Closure) {
      for piece in pieces {
        reader.take(piece)
        while let event = try reader.next() { events.append(event) }
      }
    } catch {
      failure = error
    }
  }
}
