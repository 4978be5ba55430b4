import HTTPTypes
import Storage

@testable import ChatRelay
@testable import Twitch
@testable import WebSockets

/// What a browser says at the head of a request, beyond what libwebsockets takes apart: path, query, cookie, host, origin,
/// proxies, the chain that they forwarded, and an address, a line each.
func readHead(_ bytes: [UInt8]) {
  var input = Input(bytes)
  let (path, query, host, origin) = (input.line(), input.line(), input.line(), input.line())
  let (proxies, chain, address) = (input.line(), input.line(), input.line())
  if let id = Relay.streamID(inPath: path) { promise(path.hasPrefix("/ws/"), "stream \(id) is below /ws/") }
  checkQuery(query)
  checkProxies(proxies.split(separator: ",").map(String.init), chain)
  checkAddress(address)
  let request = Request(
    .get, path, query: Query(form: query), headers: [.origin: origin], authority: host)
  checkOrigin(request)
}

private func checkQuery(_ text: String) {
  let query = Query(form: text)
  for item in query.items { promise(query[item.name] == query.all(item.name).first, "the first of a name counts") }
  let again = Query(form: formEncoded(query.items.map { ($0.name, $0.value) }))
  promise(again == query, "a query is read as it is written")
}

private func checkProxies(_ list: [String], _ chain: String) {
  guard let proxies = TrustedProxies(list) else { return }
  let peer = "192.0.2.7"
  let client = proxies.client(peer: peer, forwardedFor: chain)
  guard client != peer else { return }
  promise(proxies.contains(peer), "only a trusted proxy is believed")
  promise(!proxies.contains(client), "a proxy is no client")
  promise(TrustedProxies([client])?.contains(client) == true, "a client has an address")
}

private func checkAddress(_ text: String) {
  guard let address = Address(text) else { return }
  promise(address.target.first == "/", "a target begins with a slash")
  promise(
    address.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      && address.origin.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F },
    "nothing breaks a request line")
  let scheme = address.origin.isSecure ? "https" : "http"
  promise(
    Address("\(scheme)://\(address.origin.authority)\(address.target)") == address,
    "an address is read as it is written")
}

private func checkOrigin(_ request: Request) {
  var configuration = Relay.Configuration(
    publicFolder: "", application: Application(clientID: "id", clientSecret: Secret("secret")))
  promise(Origin.isAllowed(request, configuration), "any page may connect unless some are named")
  configuration.allowedOrigins = ["https://harbor.example"]
  let origin = request.headers[.origin]?.lowercased()
  guard let origin, Origin.isAllowed(request, configuration) else { return }
  promise(
    origin == "https://harbor.example" || origin == "http://\(request.authority)".lowercased(),
    "only the named pages and our own may connect")
}
