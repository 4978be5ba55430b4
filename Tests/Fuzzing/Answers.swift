import FoundationEssentials
import HTTPTypes

@testable import Twitch

/// What Helix and the login server answer: whatever it is, it is decoded or refused. The first line is the status, the second
/// the rate limit, the rest the body, which is read as everything that a body may be.
func readAnswer(_ bytes: [UInt8]) {
  var input = Input(bytes)
  let status = 200 + Int((UInt16(input.line()) ?? 0) % 400)
  let limits = input.line().split(separator: " ").map(String.init)
  let body = Data(input.rest())
  let now = ContinuousClock.now
  let date = Date(timeIntervalSince1970: 1_773_511_511)
  var headers: HTTPFields = [:]
  for (name, value) in zip([HTTPField.Name.rateLimitLimit, .rateLimitRemaining, .rateLimitReset], limits) {
    headers[name] = value
  }
  let limit = RateLimit(headers, at: now, date: date)
  if let limit {
    promise(limit.remaining >= 0, "no bucket is less than empty")
    promise(limit.wait(keeping: 0.05, at: now) <= .seconds(300), "no clock makes us wait")
  }
  let error = HelixError(status: status, body: body, limit: limit, at: now)
  promise((error == nil) == (status < 300), "the status decides")
  if let error { promise(!"\(error)".isEmpty, "an error says something") }
  _ = try? DeviceAnswer(status: status, body: body, now: date)
  decodeAnswers(body, at: date)
}

private func decodeAnswers(_ body: Data, at date: Date) {
  let decoder = JSONDecoder()
  func page<Item: Decodable>(_: Item.Type) -> [Item] { (try? decoder.decode(Page<Item>.self, from: body))?.items ?? [] }
  // Bodies are JSON objects; most of what a fuzzer makes is none, and ten decoders would say the same.
  guard (try? decoder.decode(Page<Anything>.self, from: body)) != nil else { return }
  for shard in page(Shard.self) {
    promise(shard.id.index.map { ShardID($0).index == $0 } ?? true, "a shard has a place")
  }
  for answer in page(ChatSendAnswer.self) { _ = answer.result }
  _ = (page(Conduit.self), page(Subscription.self), page(TwitchUser.self), page(TwitchStream.self))
  _ = try? decoder.decode(ShardUpdate.self, from: body)
  _ = (try? decoder.decode(ValidationAnswer.self, from: body))?.validation
  _ = (try? decoder.decode(DeviceCodeAnswer.self, from: body))?.deviceCode(scopes: [])
  if let pair = (try? decoder.decode(TokenAnswer.self, from: body))?.pair(at: date) {
    let token = HeldToken(pair, at: date)
    promise(!token.isFresh(at: date) || token.isUsable(at: date), "a fresh token is usable")
  }
}

private struct Anything: Decodable {
  init(from decoder: any Decoder) throws {}
}
