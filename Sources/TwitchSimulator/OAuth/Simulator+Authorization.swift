/// Grants as the control API gives and takes them.
extension Simulator {
  /// Grants scopes and makes a token pair, as if the user had gone through a login.
  public func grant(
    _ scopes: [String], by name: String, client id: Identifier<Client>? = nil
  ) throws(SimulatorError) -> TokenPair {
    addPair(for: try people.find(name).id, client: try findClient(id), scopes: scopes)
  }

  /// Disconnects the application: tokens end, subscriptions are revoked with `authorization_revoked`.
  public func revokeAuthorization(of name: String, client id: Identifier<Client>? = nil) throws(SimulatorError) {
    disconnect(try people.find(name).id, from: try findClient(id).id)
  }

  /// Takes back what a user granted; with the last pair of tokens the grant goes, too.
  func disconnect(_ user: Identifier<User>, from client: Identifier<Client>) {
    tokens.disconnect(user, from: client)
    record("authorization.revoked", ["user": people[user]?.login ?? ""])
    revokeUnauthorized(status: "authorization_revoked") { $0.client == client }
    publishAuthorization("user.authorization.revoke", user: user, client: client)
  }

  /// Ends access tokens now, those of a user or, with nil, the app tokens; `refreshToo` makes the next refresh fail.
  public func expireTokens(of name: String?, refreshToo: Bool = false) throws(SimulatorError) {
    var user: Identifier<User>?
    if let name { user = try people.find(name).id }
    tokens.expire(of: user, refreshToo: refreshToo, at: deadlines.now)
  }

  /// Device grants that wait for a person.
  public func pendingDevices() -> [PendingDevice] {
    devices.values.filter { $0.isPending && $0.expires > deadlines.now }.sorted { $0.expires < $1.expires }
      .map { PendingDevice(userCode: $0.userCode, clientId: $0.client, scopes: $0.scopes) }
  }

  /// Decides a device grant as a person would on the activation page.
  public func decideDevice(_ userCode: String, as name: String, approve: Bool = true) throws(SimulatorError) {
    let user = try people.find(name)
    guard let (code, _) = devices.first(where: { $0.value.userCode == userCode && $0.value.isPending }) else {
      throw .unknown(kind: "pending device", name: userCode)
    }
    devices[code]?.state = approve ? .approved(user.id) : .denied
    record("device.decided", ["user_code": userCode])
  }

  /// The named application, or the first one.
  func findClient(_ id: Identifier<Client>?) throws(SimulatorError) -> Client {
    let wanted = id ?? firstClient
    guard let client = clients[wanted] else { throw .unknown(kind: "client", name: wanted.rawValue) }
    return client
  }

  func publishAuthorization(_ type: String, user: Identifier<User>, client: Identifier<Client>) {
    let event: JSON = ["client_id": JSON(client)]
    publish(type, client: client, event.adding(named("user", people[user])))
  }
}

extension Device {
  var isPending: Bool { if case .pending = state { true } else { false } }
}
