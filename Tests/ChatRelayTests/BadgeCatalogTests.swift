import TestSupport
import Testing
import Twitch

@testable import ChatRelay

@Suite struct BadgeCatalogTests {
  private let start = ContinuousClock.now
  private let vip = Badge(setID: "vip", id: "1")
  private let cheer = Badge(setID: "bits", id: "100")

  private func sets(_ badge: Badge, _ title: String) -> [BadgeSet] {
    [
      BadgeSet(
        setID: badge.setID, versions: [.init(id: badge.id, title: title, imageURL: "https://b/\(badge.setID)")])
    ]
  }

  /// Everything that is wanted, taken out.
  private func taken(_ catalog: inout BadgeCatalog) -> [BadgeCatalog.Owner] {
    var owners: [BadgeCatalog.Owner] = []
    while let owner = catalog.next() { owners.append(owner) }
    return owners
  }

  private func title(_ badge: Badge, in channel: TwitchUserID, _ catalog: BadgeCatalog) -> String? {
    var json = JSONWriter()
    json.object { $0.badges(catalog.worn([badge], in: channel)) }
    return (try? JSON(json.bytes))?["badges"]?[0]?["title"]?.text
  }

  @Test func eachIsAskedForOnce() {
    var catalog = BadgeCatalog()
    catalog.want("7", at: start)
    catalog.want("7", isMissing: true, at: start)
    #expect(taken(&catalog) == [.everybody, .channel("7")])
    catalog.want("8", at: start)
    #expect(taken(&catalog) == [.channel("8")])
    #expect(!catalog.isWanting)
  }

  @Test func aChannelsOwnBadgesComeFirst() {
    var catalog = BadgeCatalog()
    catalog.want("7", at: start)
    catalog.learn(sets(cheer, "cheer 100"), of: .everybody, at: start)
    #expect(title(cheer, in: "7", catalog) == "cheer 100")
    catalog.learn(sets(cheer, "a hundred fish"), of: .channel("7"), at: start)
    #expect(title(cheer, in: "7", catalog) == "a hundred fish")
    #expect(title(cheer, in: "8", catalog) == "cheer 100")
    #expect(title(vip, in: "7", catalog) == nil)
  }

  @Test func whatIsMissingIsAskedForAgainAfterAWhile() {
    var catalog = BadgeCatalog()
    catalog.want("7", at: start)
    for owner in taken(&catalog) { catalog.learn([], of: owner, at: start) }
    catalog.want("7", isMissing: true, at: start + BadgeCatalog.pause)
    #expect(!catalog.isWanting)
    catalog.want("7", isMissing: true, at: start + BadgeCatalog.pause + .seconds(1))
    #expect(taken(&catalog) == [.everybody, .channel("7")])
  }

  @Test func whatWasKnownStaysWhenTwitchDoesNotAnswer() {
    var catalog = BadgeCatalog()
    catalog.want("7", at: start)
    for owner in taken(&catalog) { catalog.learn(sets(vip, "VIP"), of: owner, at: start) }
    let later = start + BadgeCatalog.age + .seconds(1)
    catalog.want("7", at: later)
    for owner in taken(&catalog) { catalog.learn(nil, of: owner, at: later) }
    #expect(title(vip, in: "7", catalog) == "VIP")
    catalog.want("7", at: later + .seconds(60))
    #expect(!catalog.isWanting)
  }

  @Test func tooManyChannelsAreForgotten() {
    var catalog = BadgeCatalog()
    for channel in 0..<BadgeCatalog.limit { catalog.want(TwitchUserID("\(channel)"), at: start) }
    #expect(taken(&catalog).count > 1)
    catalog.learn(sets(vip, "VIP"), of: .channel("0"), at: start)
    catalog.want("next", at: start)
    #expect(title(vip, in: "0", catalog) == nil)
    #expect(taken(&catalog) == [.everybody, .channel("next")])
  }
}
