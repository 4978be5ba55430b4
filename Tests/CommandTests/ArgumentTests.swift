import ArgumentParser
import Storage
import Testing
import Twitch

@testable import chat_relay

@Suite struct ArgumentTests {
  /// Every command that does something, with its words.
  static let commands: [[String]] = leaves(of: ChatRelayCommand.self, [])

  private static func leaves(of command: any ParsableCommand.Type, _ words: [String]) -> [[String]] {
    let children = command.configuration.subcommands
    guard !children.isEmpty else { return [words] }
    return children.flatMap { leaves(of: $0, words + [$0._commandName]) }
  }

  @Test(arguments: [
    "serve", "demo", "simulator", "check", "user add", "user list", "user token", "user remove", "account link",
    "account add", "account list", "account share", "account remove", "stream add", "stream list", "stream share",
    "stream set", "stream remove", "conduit list", "conduit create", "conduit resize", "conduit delete", "shard list",
    "subscription list", "subscription clean",
  ])
  func theCommandExists(words: String) {
    #expect(Self.commands.contains(words.split(separator: " ").map(String.init)))
  }

  @Test(arguments: commands)
  func everyCommandHasAnExampleAndJSON(words: [String]) throws {
    var command = try ChatRelayCommand.parseAsRoot(words + ["--help"])
    let request = #expect(throws: (any Error).self) { try command.run() }
    let help = request.map { ChatRelayCommand.message(for: $0) } ?? ""
    let example = help.split(separator: "EXAMPLE:\n").last ?? ""
    #expect(example.prefix { !$0.isNewline }.contains("chat-relay \(words.joined(separator: " "))"))
    #expect(help.contains("--json"))
  }

  @Test func accountsMayBeGivenTogetherOrOneByOne() throws {
    for arguments in [["--account", "1", "2"], ["--account", "1", "--account", "2"]] {
      let words = ["stream", "add", "--user", "alice", "--name", "Show"] + arguments + ["--json"]
      let command = try #require(try ChatRelayCommand.parseAsRoot(words) as? StreamCommand.Add)
      #expect(command.account == [AccountID(rawValue: 1), AccountID(rawValue: 2)])
      #expect(command.general.json)
    }
  }

  @Test(arguments: [
    ["stream", "share", "1", "--with", "bob", "--chat-level", "3"], ["stream", "set", "1"],
    ["stream", "set", "1", "--chat-when-offline", "maybe"],
    ["stream", "share", "x", "--with", "b", "--chat-level", "1"],
    ["account", "share", "0", "--with", "bob"], ["simulator", "--port", "70000"],
  ])
  func whatMakesNoSenseIsRefused(words: [String]) {
    #expect(throws: (any Error).self) { try ChatRelayCommand.parseAsRoot(words) }
  }

  @Test func flagsOfAllGroupsReachTheReader() throws {
    let words = [
      "serve", "--port", "1", "--data", "d", "--twitch-client-id", "c", "--shards", "4", "--log-level", "debug",
    ]
    let command = try #require(try ChatRelayCommand.parseAsRoot(words) as? ServeCommand)
    #expect(command.listen.flags[.port] == "1")
    #expect(command.data.flags[.data] == "d")
    #expect(command.twitch.flags[.clientID] == "c")
    #expect(command.server.flags[.shards] == "4")
    #expect(command.general.flags[.logLevel] == "debug")
  }

  @Test func everySettingIsAFlagOfServe() throws {
    for setting in Setting.allCases {
      #expect(throws: Never.self, "\(setting.flag)") { try ChatRelayCommand.parseAsRoot(["serve", setting.flag, "x"]) }
    }
  }

  @Test func scopesAreToldInWords() {
    let scopes = GrantedScopes([.userReadChat, .userBot, .channelBot])
    #expect(scopes.missing == [.userWriteChat])
    #expect(scopes.description.contains("may read chat (user:read:chat)"))
    #expect(scopes.description.contains("may NOT write in chat (user:write:chat is missing: link it again)"))
  }

  @Test func columnsAreAligned() {
    let table = Table(["id", "name"], [["1", "a"], ["1000", "bc"]])
    #expect(table.description == "ID    NAME\n1     a\n1000  bc")
    let wide = Table(["name", "id"], [["潮風", "1"], ["cafe\u{301}", "2"], ["🎉x", "3"]])
    #expect(wide.description == "NAME  ID\n潮風  1\ncafe\u{301}  2\n🎉x   3")
  }
}
