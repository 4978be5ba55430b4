@testable import WebSockets

/// The head of a request before libwebsockets reads it: more bytes change no decision, and a query that moves into a header
/// stays what it was. The first byte chooses where the head is cut.
func readFirstHead(_ bytes: [UInt8]) {
  var input = Input(bytes)
  let cut = Int(input.byte())
  let request = input.rest()
  let decision = FirstHead(request)
  let early = FirstHead(Array(request.prefix(cut)))
  switch (early, decision) {
  case (.incomplete, _): break
  case (.rewritten(let head, let count), .rewritten(let later, let laterCount)):
    promise(head == later && count <= laterCount, "what was rewritten stays as it is")
  default: promise(early == decision, "a decision stands")
  }
  if case .rewritten(let head, let count) = decision { check(head, insteadOf: request, count) }
}

private func check(_ head: [UInt8], insteadOf request: [UInt8], _ count: Int) {
  promise(count <= request.count, "no more is taken than there is")
  promise(head.suffix(4).elementsEqual("\r\n\r\n".utf8), "a head has an end")
  let (old, new) = (words(request), words(head))
  promise(old.count == 3 && new.count == 3 && old[0] == new[0] && old[2] == new[2], "method and version stay")
  let header = Array((FirstHead.queryName + ": ").utf8)
  let second = head.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)[1]
  promise(second.starts(with: header), "the first header has the query")
  let query = second.dropFirst(header.count).dropLast()
  promise(old[1].elementsEqual(new[1] + [UInt8(ascii: "?")] + query), "the target stays")
  promise(FirstHead(head) == .plain, "nothing is rewritten twice")
}

/// The request line's words, without its end.
private func words(_ head: [UInt8]) -> [ArraySlice<UInt8>] {
  var line = head.prefix { $0 != UInt8(ascii: "\n") }
  if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
  return line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
}
