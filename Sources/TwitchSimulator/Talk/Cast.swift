/// The chatters of the demo: a name, what they are in the channel, and for how long.
struct Cast {
  struct Chatter {
    let login: String
    let name: String
    var role = Simulator.Role.none
    var months = 1
  }

  static let chatters: [Chatter] = [
    Chatter(login: "pixelpuffin", name: "PixelPuffin", role: .moderator, months: 31),
    Chatter(login: "quietlantern", name: "QuietLantern", role: .moderator, months: 18),
    Chatter(login: "marblefox", name: "MarbleFox", role: .vip, months: 22),
    Chatter(login: "oatmilkotter", name: "OatMilkOtter", role: .subscriber, months: 14),
    Chatter(login: "nekomaru", name: "ねこまる", role: .subscriber, months: 7),
    Chatter(login: "tinydynamo", name: "tinydynamo", role: .subscriber, months: 3),
    Chatter(login: "brambleandsalt", name: "BrambleAndSalt", role: .subscriber, months: 26),
    Chatter(login: "latecommit", name: "LateCommit", role: .subscriber, months: 9),
    Chatter(login: "hazel_onrepeat", name: "Hazel_OnRepeat", role: .subscriber, months: 2),
    Chatter(login: "bluetoucan7", name: "BlueToucan7"),
    Chatter(login: "semicolonsam", name: "SemicolonSam", role: .subscriber, months: 12),
    Chatter(login: "wintermoth", name: "Wintermoth"),
    Chatter(login: "gravelgarden", name: "GravelGarden"),
    Chatter(login: "dosenpfand", name: "Dosenpfand"),
    Chatter(login: "kiwicumulus", name: "KiwiCumulus", role: .subscriber, months: 5),
    Chatter(login: "softreset", name: "softreset"),
    Chatter(login: "violinsnail", name: "ViolinSnail"),
    Chatter(login: "maplebyte", name: "MapleByte", role: .subscriber, months: 16),
    Chatter(login: "cosmicpretzel", name: "CosmicPretzel"),
    Chatter(login: "haru_sora", name: "ハルソラ"),
    Chatter(login: "teaspoontaiga", name: "TeaspoonTaiga"),
    Chatter(login: "lowtidelou", name: "LowTideLou", role: .vip, months: 11),
  ]

  /// Somebody else's channel, from which a raid comes.
  static let raider = Chatter(login: "foglineradio", name: "FoglineRadio")
  /// Whose only line is deleted again.
  static let spammer = Chatter(login: "bargain_viewz", name: "bargain_viewz")
}
