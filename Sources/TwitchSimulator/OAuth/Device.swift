/// A device grant that was begun.
struct Device {
  enum State {
    case pending
    case approved(Identifier<Simulator.User>)
    case denied
  }

  let client: Identifier<Simulator.Client>
  let userCode: String
  let scopes: [String]
  let expires: Moment
  var state: State
  var lastPoll: Moment?
}

/// An authorization code that waits to be exchanged.
struct AuthorizationCode {
  let client: Identifier<Simulator.Client>
  let user: Identifier<Simulator.User>
  let scopes: [String]
  let redirect: String
  let expires: Moment
}
