import Storage
import TestSupport
import Testing

@testable import ChatRelay

@Suite struct StandingTests {
  /// How the stream stands for somebody, as JSON, once `change` was made.
  private func status(
    of person: KeyPath<Household, User>, live: Bool = true, broken: KeyPath<Household, Account>? = nil,
    _ change: (Household) async throws -> Void = { _ in }
  ) async throws -> (json: JSON, home: Household) {
    let home = try await Household()
    defer { home.remove() }
    try await change(home)
    let directory = try await home.store.directory()
    let stream = try #require(directory.streams[home.stream.id])
    let standing = Standing(
      for: home[keyPath: person], on: stream, in: directory, isLive: { live && $0.id == home.harbor.id },
      canSend: { account in broken.map { home[keyPath: $0].id != account.id } ?? true })
    return (try JSON(StatusMessage(standing: standing)), home)
  }

  @Test func aLiveStreamListsItsAccountsAndTheUsersOwn() async throws {
    let (json, home) = try await status(of: \.john)
    #expect(json["status"] == ["data_incoming": true, "data_pushing": true, "data_pulling": false])
    #expect(
      json["accounts"]
        == .object([
          "0": [
            "name": "john", "network": ["name": "irc", "displayName": "IRC"], "ready": true, "writable": true,
            "live": false,
          ],
          "\(home.harbor.id)": [
            "name": "Harbor", "network": ["name": "twitch", "displayName": "Twitch"], "ready": true, "writable": true,
            "live": true, "http_url": "https://twitch.tv/harbor",
          ],
          "\(home.dock.id)": [
            "name": "Dock", "network": ["name": "twitch", "displayName": "Twitch"], "ready": false, "writable": true,
            "live": false,
          ],
        ]))
  }

  @Test func whileNobodyIsLiveOnlyTheInternalChatIsListed() async throws {
    let (json, _) = try await status(of: \.john, live: false)
    #expect(json["status"] == ["data_incoming": false, "data_pushing": false, "data_pulling": false])
    #expect(json["accounts"]?.keys == ["0"])
  }

  @Test func aStreamMayChatWhileOffline() async throws {
    let (json, home) = try await status(of: \.john, live: false) { home in
      _ = try await home.store.setChatWhenOffline(true, of: home.stream.id)
    }
    #expect(json["status"]?["data_pushing"] == false)
    #expect(json["accounts"]?.keys == ["0", "\(home.harbor.id)", "\(home.dock.id)"])
    #expect(json["accounts"]?["\(home.harbor.id)"]?["live"] == false)
    #expect(json["accounts"]?["\(home.harbor.id)"]?["ready"] == true)
  }

  @Test(arguments: [(ChatLevel.read, false), (.write, true)])
  func whoMayOnlyReadFindsNothingWritable(_ level: ChatLevel, _ isWritable: Bool) async throws {
    let (json, home) = try await status(of: \.mary) { home in
      try await home.store.shareStream(home.stream.id, with: home.mary.id, StreamShare(chatLevel: level))
    }
    #expect(json["accounts"]?.keys == ["0", "\(home.harbor.id)", "\(home.pier.id)"])
    #expect(json["accounts"]?["\(home.harbor.id)"]?["writable"] == .boolean(isWritable))
    #expect(json["accounts"]?["\(home.harbor.id)"]?["ready"] == .boolean(isWritable))
    #expect(json["accounts"]?["\(home.pier.id)"]?["writable"] == .boolean(isWritable))
    #expect(json["accounts"]?["0"]?["writable"] == true)
  }

  @Test func anAccountThatCannotSendIsNeitherReadyNorWritable() async throws {
    let (json, home) = try await status(of: \.john, broken: \.harbor)
    #expect(json["accounts"]?["\(home.harbor.id)"]?["ready"] == false)
    #expect(json["accounts"]?["\(home.harbor.id)"]?["writable"] == false)
    #expect(json["accounts"]?["\(home.harbor.id)"]?["live"] == true)
  }

  @Test func whetherAnAccountIsLiveIsToldOfEach() async throws {
    let home = try await Household()
    defer { home.remove() }
    let directory = try await home.store.directory()
    let stream = try #require(directory.streams[home.stream.id])
    let standing = Standing(for: home.john, on: stream, in: directory, isLive: { _ in true }, canSend: { _ in true })
    #expect(try JSON(StatusMessage(standing: standing))["accounts"]?["\(home.dock.id)"]?["live"] == true)
  }

  @Test func aSharedAccountIsListed() async throws {
    let (json, home) = try await status(of: \.john) { home in
      try await home.store.shareAccount(home.pier.id, with: home.john.id)
    }
    #expect(json["accounts"]?["\(home.pier.id)"]?["writable"] == true)
    #expect(json["accounts"]?["\(home.pier.id)"]?["ready"] == false)
  }
}

@Suite struct PermissionsTests {
  private enum Verdict: Equatable {
    case yes
    case no(ErrorCode)
  }

  private func verdict(
    _ person: KeyPath<Household, User>, from sender: KeyPath<Household, Account>,
    to target: KeyPath<Household, Account>,
    _ change: (Household) async throws -> Void = { _ in }
  ) async throws -> Verdict {
    let home = try await Household()
    defer { home.remove() }
    try await change(home)
    let permissions = Permissions(directory: try await home.store.directory())
    let route = Route(sender: home[keyPath: sender].id, target: home[keyPath: target].id)
    do throws(RequestError) {
      _ = try permissions.writer(route, for: home[keyPath: person].id, on: home.stream.id)
      return .yes
    } catch {
      return .no(error.code)
    }
  }

  @Test func theOwnerSendsWithOwnAccountsToTheStreamsAccounts() async throws {
    #expect(try await verdict(\.john, from: \.harbor, to: \.harbor) == .yes)
    #expect(try await verdict(\.john, from: \.dock, to: \.harbor) == .yes)
    #expect(try await verdict(\.john, from: \.dock, to: \.dock) == .no(.unknownAccount))
    #expect(try await verdict(\.john, from: \.pier, to: \.harbor) == .no(.notPermitted))
  }

  @Test func aSharedAccountMayBeSentWith() async throws {
    let verdict = try await verdict(\.john, from: \.pier, to: \.harbor) { home in
      try await home.store.shareAccount(home.pier.id, with: home.john.id)
    }
    #expect(verdict == .yes)
  }

  @Test(arguments: [(ChatLevel.none, Verdict.no(.notPermitted)), (.read, .no(.notPermitted)), (.write, .yes)])
  private func aGuestNeedsLevelTwo(_ level: ChatLevel, _ expected: Verdict) async throws {
    for sender in [\Household.pier, \.harbor] {
      let verdict = try await verdict(\.mary, from: sender, to: \.harbor) { home in
        try await home.store.shareStream(home.stream.id, with: home.mary.id, StreamShare(chatLevel: level))
      }
      #expect(verdict == expected)
    }
    let others = try await verdict(\.mary, from: \.dock, to: \.harbor) { home in
      try await home.store.shareStream(home.stream.id, with: home.mary.id, StreamShare(chatLevel: level))
    }
    #expect(others == .no(.notPermitted))
  }
}
