import Twitch

/// Which of a writer's lines were seen in the chat, to settle those that Twitch never answered for.
///
/// The echo may come before the answer, after it, or instead of it.
struct Echoes {
  /// Names a line of this writer.
  typealias LineNumber = Int

  /// How many arrivals are remembered while an answer is awaited.
  private static let memory = 32

  /// What arrived since the line in flight left, and was not answered for.
  private var strays: [(id: MessageID, text: String)] = []
  /// Lines without an answer, oldest first.
  private var unsettled: [(line: LineNumber, text: String)] = []
  private var answered: [MessageID] = []

  /// A line leaves: what arrived before cannot be it.
  mutating func depart() {
    strays = []
  }

  /// Twitch answered that a line was posted.
  mutating func settle(_ id: MessageID) {
    strays.removeAll { $0.id == id }
    answered.append(id)
    if answered.count > Self.memory { answered.removeFirst() }
  }

  /// Twitch did not answer for the line. Gives its message when it has arrived already.
  mutating func lose(_ line: LineNumber, text: String) -> MessageID? {
    if let index = strays.firstIndex(where: { Self.isEcho($0.text, of: text) }) {
      return strays.remove(at: index).id
    }
    unsettled.append((line, text))
    return nil
  }

  /// A message of this sender arrived in the channel. Gives the line it settles, if it settles one.
  mutating func arrive(_ id: MessageID, text: String) -> LineNumber? {
    guard !answered.contains(id) else { return nil }
    if let index = unsettled.firstIndex(where: { Self.isEcho(text, of: $0.text) }) {
      return unsettled.remove(at: index).line
    }
    strays.append((id, text))
    if strays.count > Self.memory { strays.removeFirst() }
    return nil
  }

  /// Waits no longer for a line; `false` when it was settled already.
  mutating func giveUp(_ line: LineNumber) -> Bool {
    guard let index = unsettled.firstIndex(where: { $0.line == line }) else { return false }
    unsettled.remove(at: index)
    return true
  }

  /// Twitch drops some code points and all but single spaces (FACTS 8.7), and begins a reply with a name: so only letters and the
  /// like are compared, and only the end.
  private static func isEcho(_ arrived: String, of sent: String) -> Bool {
    let sent = essence(sent)
    return !sent.isEmpty && essence(arrived).hasSuffix(sent)
  }

  private static func essence(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.properties.isWhitespace && !isDropped($0) }))
  }

  private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .format, .control, .nonspacingMark, .unassigned: true
    default: false
    }
  }
}
