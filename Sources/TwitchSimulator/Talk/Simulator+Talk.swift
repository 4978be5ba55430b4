import FoundationEssentials
import WebSockets

/// Playing a talk in a channel.
extension Simulator {
  /// Lets a cast of chatters talk in a live channel until `stopTalk` or the end.
  public func startTalk(in name: String, perMinute: Double = 40, seed: UInt64? = nil) throws(SimulatorError) {
    let (owner, _) = try people.findChannel(name)
    guard perMinute > 0 else { throw .invalid("per_minute must be above 0") }
    try stopTalk(in: name)
    try seatCast(in: owner)
    let talk = Talk(in: owner, seed: seed ?? mint.next())
    talks[owner.id] = Task { await self.play(talk, in: owner, pause: 60 / perMinute) }
  }

  /// Silences the cast.
  public func stopTalk(in name: String) throws(SimulatorError) {
    talks.removeValue(forKey: try people.find(name).id)?.cancel()
  }

  private func seatCast(in owner: User) throws(SimulatorError) {
    for chatter in Cast.chatters + [Cast.raider, Cast.spammer] where chatter.login != owner.login {
      if people.user(login: chatter.login) == nil {
        try addUser(NewUser(chatter.login, displayName: chatter.name))
      }
      if chatter.role != .none {
        try setRole(chatter.role, of: chatter.login, in: owner.login, months: chatter.months)
      }
    }
  }

  private func play(_ script: Talk, in owner: User, pause: Double) async {
    var talk = script
    var said: [Int: Identifier<Message>] = [:]
    while !Task.isCancelled {
      let (act, share) = talk.next()
      guard (try? await loop.sleep(for: .seconds(pause * share))) != nil else { return }
      // A chatter may have been removed or banned by hand in the meantime; the others go on.
      try? perform(act, in: owner, &said)
    }
  }

  private func perform(
    _ act: Talk.Act, in owner: User, _ said: inout [Int: Identifier<Message>]
  ) throws(SimulatorError) {
    switch act {
    case .say(var line, let number, let answers):
      line.replyTo = answers.flatMap { said[$0] }
      if let parent = line.replyTo, try people.findChannel(owner.login).1.message(parent)?.deleted ?? true {
        line.replyTo = nil
      }
      said[number] = try say(line, in: owner.login).id
      said[number - 50] = nil
    case .notice(let notice): try notify(notice, in: owner.login)
    case .delete(let number):
      if let id = said[number] { try deleteMessage(id, in: owner.login) }
    case .viewers(let change):
      guard let viewers = people.channels[owner.id]?.stream?.viewers else { return }
      try updateChannel(owner.login, ChannelChange(viewers: max(3, viewers + change)))
    }
  }
}
