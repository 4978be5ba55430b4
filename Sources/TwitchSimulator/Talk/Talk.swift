/// The script of a lively chat: a seeded sequence of things that happen, with no clock and no channel of its own.
struct Talk {
  /// Something that happens next.
  enum Act {
    /// A line; `answers` is the number of an earlier line, `number` its own.
    case say(Simulator.Line, number: Int, answers: Int?)
    case notice(Simulator.Notice)
    /// Takes out the line with this number.
    case delete(Int)
    /// People come and go.
    case viewers(Int)
  }

  private let streamer: Simulator.User
  private var mint: Mint
  private var planned: [Act] = []
  private var lastNumber = 0
  private var lastRemarks: [String] = []

  init(in streamer: Simulator.User, seed: UInt64) {
    self.streamer = streamer
    mint = Mint(seed: seed)
  }

  /// What happens next, and how long after the one before, in shares of the average pause.
  mutating func next() -> (act: Act, pause: Double) {
    if planned.isEmpty { plan() }
    // Bursts and lulls, as chats have: most pauses are short, some are long; 1 on average.
    let chance = Double.random(in: 0..<1, using: &mint)
    return (planned.removeFirst(), 0.2 + 2.4 * chance * chance)
  }

  private mutating func plan() {
    switch Int.random(in: 0..<100, using: &mint) {
    case 0..<56: planned = [say(remark())]
    case 56..<76: planned = dialogue()
    case 76..<82: planned = [say(pick(TalkLines.actions), action: true)]
    case 82..<86: planned = [say(pick(TalkLines.cheers))]
    case 86..<92: planned = [.notice(notice())]
    case 92..<94: planned = spam()
    default: planned = [.viewers(Int.random(in: -9...12, using: &mint))]
    }
  }

  private mutating func dialogue() -> [Act] {
    let script = TalkLines.dialogues[Int.random(in: 0..<TalkLines.dialogues.count, using: &mint)]
    let people = Cast.chatters.shuffled(using: &mint)
    let first = lastNumber + 1
    return script.map { entry in
      say(entry.text, by: people[entry.speaker], answers: entry.answers.map { first + $0 })
    }
  }

  private mutating func spam() -> [Act] {
    let act = say(pick(TalkLines.spam), by: Cast.spammer)
    return [act, .delete(lastNumber)]
  }

  private mutating func notice() -> Simulator.Notice {
    let someone = chatter()
    switch Int.random(in: 0..<9, using: &mint) {
    case 0...2:
      return Simulator.Notice(
        "resub", from: someone.login, text: fill(pick(TalkLines.resubs)), months: someone.months + 1)
    case 3, 4: return Simulator.Notice("sub", from: someone.login, prime: Bool.random(using: &mint))
    case 5, 6: return Simulator.Notice("sub_gift", from: someone.login, count: 1, recipient: other(than: someone).login)
    case 7:
      return Simulator.Notice(
        "announcement", from: Cast.chatters[0].login, text: pick(TalkLines.announcements), color: "purple")
    default:
      return Simulator.Notice("raid", from: Cast.raider.login, count: Int.random(in: 12...80, using: &mint))
    }
  }

  private mutating func say(
    _ text: String, by speaker: Cast.Chatter? = nil, action: Bool? = nil, answers: Int? = nil
  ) -> Act {
    lastNumber += 1
    let line = Simulator.Line(from: (speaker ?? chatter()).login, fill(text), action: action)
    return .say(line, number: lastNumber, answers: answers)
  }

  /// A remark that was not made lately.
  private mutating func remark() -> String {
    var remark = pick(TalkLines.remarks)
    while lastRemarks.contains(remark) { remark = pick(TalkLines.remarks) }
    lastRemarks = lastRemarks.suffix(TalkLines.remarks.count / 2) + [remark]
    return remark
  }

  private mutating func chatter() -> Cast.Chatter {
    Cast.chatters[Int.random(in: 0..<Cast.chatters.count, using: &mint)]
  }

  private mutating func other(than someone: Cast.Chatter) -> Cast.Chatter {
    var found = chatter()
    while found.login == someone.login { found = chatter() }
    return found
  }

  private mutating func pick(_ lines: [String]) -> String { lines[Int.random(in: 0..<lines.count, using: &mint)] }

  private mutating func fill(_ text: String) -> String {
    let emotes = Emotes.of(streamer)
    let blanks = [
      ("{hype}", emotes[0].name), ("{wave}", emotes[1].name), ("{love}", emotes[2].name),
      ("{streamer}", "@\(streamer.displayName)"), ("{someone}", "@\(chatter().name)"),
    ]
    return blanks.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }
}
