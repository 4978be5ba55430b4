import FoundationEssentials
import HTTPTypes
import WebSockets

/// The pages on which a person decides: the authorize page and the activation page of the device grant.
extension Simulator {
  func authorizePage(_ request: Request) -> Response {
    let form = Form(request)
    guard let client = clients[Identifier(form["client_id"] ?? "")] else {
      return page("Unknown application", "No application has this client id.", status: .badRequest)
    }
    guard let redirect = form["redirect_uri"], client.redirects.isEmpty || client.redirects.contains(redirect),
      form["response_type"] == "code"
    else {
      return page(
        "redirect_mismatch", "Parameter redirect_uri does not match registered URI", status: .badRequest)
    }
    if people.user(login: behavior.signedIn) != nil, form["force_verify"] != "true" {
      return decideAuthorization(request)
    }
    let names = ["client_id", "redirect_uri", "scope", "state"]
    return page(
      "An application wants to act for you",
      choices("/oauth2/authorize", fields: names.compactMap { name in form[name].map { (name, $0) } }))
  }

  func decideAuthorization(_ request: Request) -> Response {
    let form = Form(request)
    guard let client = clients[Identifier(form["client_id"] ?? "")], let redirect = form["redirect_uri"],
      client.redirects.isEmpty || client.redirects.contains(redirect)
    else { return page("redirect_mismatch", "Start again from the application.", status: .badRequest) }
    let state = form["state"].map { "&state=" + percentEncoded($0) } ?? ""
    guard form["decision"] != "deny", let user = people.user(login: form["login"] ?? behavior.signedIn) else {
      return redirecting(
        to: redirect, "error=access_denied&error_description=The+user+denied+you+access" + state)
    }
    let code = mint.alphanumerics(30)
    let scope = form["scope"] ?? ""
    codes[code] = AuthorizationCode(
      client: client.id, user: user.id, scopes: Simulator.words(scope), redirect: redirect,
      expires: deadlines.now + 600)
    return redirecting(to: redirect, "code=\(code)&scope=\(percentEncoded(scope))" + state)
  }

  func activatePage(_ request: Request) -> Response {
    let form = Form(request)
    let code = (form["device-code"] ?? form["user_code"] ?? "").uppercased()
    guard request.method == .post else {
      return page("Activate a device", choices("/activate", fields: [("user_code", code)]))
    }
    do throws(SimulatorError) {
      let isApproved = form["decision"] != "deny"
      try decideDevice(code, as: form["login"] ?? "", approve: isApproved)
      return page(isApproved ? "Connected" : "Denied", "You can close this page.")
    } catch {
      return page("Not possible", escaped(String(describing: error)), status: .badRequest)
    }
  }

  private func redirecting(to address: String, _ query: String) -> Response {
    Response(.found, headers: [.location: address + (address.contains("?") ? "&" : "?") + query])
  }

  private func choices(_ action: String, fields: [(String, String)]) -> String {
    let hidden = fields.map { #"<input type="hidden" name="\#($0.0)" value="\#(escaped($0.1))">"# }.joined()
    let options = people.sorted.map { "<option value=\"\($0.login)\">\(escaped($0.displayName))</option>" }.joined()
    return """
      <form method="post" action="\(action)">\(hidden)
      <p><label>Act as <select name="login">\(options)</select></label></p>
      <p><button name="decision" value="approve">Authorize</button>
      <button name="decision" value="deny">Deny</button></p></form>
      """
  }

  private func page(_ title: String, _ body: String, status: HTTPResponse.Status = .ok) -> Response {
    let html = """
      <!doctype html><html lang="en"><meta charset="utf-8"><title>\(title)</title>
      <style>body{font:1rem/1.5 system-ui;max-width:30rem;margin:4rem auto;padding:0 1rem}</style>
      <h1>\(title)</h1>\(body)<p><small>The Twitch simulator. Nothing here is real.</small></p></html>
      """
    return Response(status, headers: [.contentType: "text/html; charset=utf-8"], body: Data(html.utf8))
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { out, character in
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.append(character)
      }
    }
  }
}

/// The text as a value in a query.
func percentEncoded(_ text: String) -> String {
  text.utf8.reduce(into: "") { out, byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
      out.append(Character(UnicodeScalar(byte)))
    default: out += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
    }
  }
}
