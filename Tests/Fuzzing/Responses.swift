import FoundationEssentials
import HTTPTypes

@testable import WebSockets

/// What Twitch's HTTP servers send: in whatever pieces it comes, it is read the same. The first byte chooses the method, the
/// next three where the pieces end.
func readResponse(_ bytes: [UInt8]) {
  var input = Input(bytes)
  let method = input.byte() % 8 == 7 ? HTTPRequest.Method.head : .get
  let (wire, parts) = input.pieces()
  let whole = Reading(method, [wire])
  let pieces = Reading(method, parts)
  promise(whole == pieces, "pieces are read as the whole is")
  guard let response = whole.response else { return }
  promise(response.body.count <= Reading.limit, "a body has a limit")
  promise((100...999).contains(response.status.code), "a status has three digits")
  if (200...599).contains(response.status.code) { checkEncoding(response, method) }
}

/// What our own server would send is read back as it is.
private func checkEncoding(_ response: Response, _ method: HTTPRequest.Method) {
  var response = response
  for name in [HTTPField.Name.contentLength, .transferEncoding, .connection] { response.headers[name] = nil }
  let hasBody = method != .head && response.status.code != 204 && response.status.code != 304
  let read = Reading(method, [response.encoded(for: method, closing: true)])
  promise(read.response?.status.code == response.status.code, "a status is read as it is written")
  promise(read.response?.body == (hasBody ? response.body : Data()), "a body is read as it is written")
  promise(!read.canReuse, "a connection that closes is not used again")
}

/// What became of an answer.
private struct Reading: Equatable {
  static let limit = 1000

  var response: Response?
  var failure: ResponseParser.Failure?
  var canReuse: Bool
  var hasBegun: Bool

  init(_ method: HTTPRequest.Method, _ pieces: [[UInt8]]) {
    var parser = ResponseParser(method: method, maximumBodySize: Self.limit)
    do throws(ResponseParser.Failure) {
      for piece in pieces where parser.result == nil { try parser.receive(piece) }
      parser.close()
      response = parser.result
    } catch {
      failure = error
    }
    canReuse = parser.canReuseConnection
    hasBegun = parser.hasBegun
  }

  static func == (left: Reading, right: Reading) -> Bool {
    left.failure == right.failure && left.canReuse == right.canReuse && left.hasBegun == right.hasBegun
      && left.response?.status == right.response?.status && left.response?.headers == right.response?.headers
      && left.response?.body == right.response?.body
  }
}
