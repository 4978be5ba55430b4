import Testing

@testable import Twitch

@Suite struct ValidationTests {
  private let clientID: ClientID = "k3v9x2q7m1t8z4b6n5w0c2l8r4d1py"

  @Test func namesTheUser() throws {
    let validation = try Sample("oauth_validate_user").decode(ValidationAnswer.self).validation
    #expect(
      validation
        == Validation(
          clientID: clientID, userID: "900112233", scopes: [.userBot, .userReadChat, .userWriteChat]))
  }

  @Test func scopesMayBeNull() throws {
    let validation = try Sample("oauth_validate_user_no_scopes").decode(ValidationAnswer.self).validation
    #expect(validation.userID == "900112233")
    #expect(validation.scopes.isEmpty)
  }

  @Test func anApplicationHasNoUser() throws {
    let validation = try Sample("oauth_validate_app").decode(ValidationAnswer.self).validation
    #expect(validation == Validation(clientID: clientID, userID: nil, scopes: []))
  }

  @Test(arguments: [#""""#, "null"])
  func anApplicationsUserMayBeEmptyOrNull(_ user: String) throws {
    let body = #"{"client_id":"c","login":\#(user),"user_id":\#(user),"scopes":[],"expires_in":1}"#
    let answer = try Sample(json: body).decode(ValidationAnswer.self)
    #expect(answer.validation.userID == nil)
  }
}
