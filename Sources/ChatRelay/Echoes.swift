import Twitch

/// Which of a writer's lines were seen in the chat, to settle those that Twitch never answered for.
///
/// The echo may come before the answer, after it, or instead of it. One line is in flight at a time; what could be its echo is kept
/// until its own answer is there, so that it is not taken for the echo of an earlier line with the same words.
struct Echoes {
  /// Names a line of this writer.
  typealias LineNumber = Int

  /// A line as it is known again.
  struct Line: Equatable {
    var number: LineNumber
    var text: String
    var isAction = false
    /// Twitch puts the name of whom it replies to in front.
    var isReply = false
  }

  /// A line that was found in the chat, and its id there.
  struct Settlement: Equatable {
    var line: LineNumber
    var id: MessageID
  }

  /// How many ids are remembered whose echoes may still come.
  private static let memory = 128

  private var inFlight: Line?
  /// What arrived while the line in flight was, and may be it.
  private var strays: [(id: MessageID, text: String, isAction: Bool)] = []
  /// Lines without an answer, oldest first.
  private var unsettled: [Line] = []
  private var answered: [MessageID] = []

  /// A line leaves. What arrived before cannot be it.
  mutating func depart(_ line: Line) {
    inFlight = line
    strays = []
  }

  /// Twitch answered that the line in flight was posted. Gives the earlier lines that this settles.
  mutating func settle(_ id: MessageID) -> [Settlement] {
    remember(id)
    strays.removeAll { $0.id == id }
    return land()
  }

  /// Twitch did not post the line in flight. Gives the earlier lines that this settles.
  mutating func drop() -> [Settlement] {
    land()
  }

  /// Twitch did not answer for the line in flight. Gives the lines that this settles, maybe itself.
  mutating func lose() -> [Settlement] {
    if let inFlight { unsettled.append(inFlight) }
    return land()
  }

  /// A message of this sender arrived in the channel. Gives the line it settles, if it settles one.
  mutating func arrive(_ id: MessageID, text: String, isAction: Bool = false) -> Settlement? {
    guard !answered.contains(id) else { return nil }
    if let inFlight, Self.isEcho(text, isAction, of: inFlight) {
      strays.append((id, text, isAction))
      if strays.count > Self.memory { strays.removeFirst() }
      return nil
    }
    return match(id, text, isAction)
  }

  /// Whether an arrival is, or may be, one of this writer's lines.
  func knows(_ id: MessageID) -> Bool {
    answered.contains(id) || strays.contains { $0.id == id }
  }

  /// Waits no longer for a line; `false` when it was settled already.
  mutating func giveUp(_ line: LineNumber) -> Bool {
    guard let index = unsettled.firstIndex(where: { $0.number == line }) else { return false }
    unsettled.remove(at: index)
    return true
  }

  /// The line in flight is none any more: what may have been its echo is somebody's else.
  private mutating func land() -> [Settlement] {
    inFlight = nil
    let left = strays
    strays = []
    return left.compactMap { match($0.id, $0.text, $0.isAction) }
  }

  private mutating func match(_ id: MessageID, _ text: String, _ isAction: Bool) -> Settlement? {
    guard let index = unsettled.firstIndex(where: { Self.isEcho(text, isAction, of: $0) }) else { return nil }
    remember(id)
    return Settlement(line: unsettled.remove(at: index).number, id: id)
  }

  private mutating func remember(_ id: MessageID) {
    answered.append(id)
    if answered.count > Self.memory { answered.removeFirst() }
  }

  // What Twitch changes in a text (FACTS 8.7): it drops code points that it does not know, joiners and tags among them, and all but
  // single spaces. So the words have to be the same, and of the rest nothing may have been added.

  private static func isEcho(_ arrived: String, _ isAction: Bool, of line: Line) -> Bool {
    guard isAction == line.isAction else { return false }
    let arrived = line.isReply ? withoutName(arrived) : Substring(arrived)
    let (words, rest) = parts(arrived)
    let (sentWords, sentRest) = parts(Substring(line.text))
    guard words == sentWords, !words.isEmpty || !rest.isEmpty else { return false }
    return isSubsequence(rest, of: sentRest)
  }

  private static func withoutName(_ text: String) -> Substring {
    guard text.hasPrefix("@"), let space = text.firstIndex(of: " ") else { return Substring(text) }
    return text[space...]
  }

  private static func parts(_ text: Substring) -> (words: [Unicode.Scalar], rest: [Unicode.Scalar]) {
    var words: [Unicode.Scalar] = []
    var rest: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
        .letterNumber, .otherNumber:
        words.append(scalar)
      default: rest.append(scalar)
      }
    }
    return (words, rest)
  }

  private static func isSubsequence(_ part: [Unicode.Scalar], of whole: [Unicode.Scalar]) -> Bool {
    var left = part[...]
    for scalar in whole where scalar == left.first { left.removeFirst() }
    return left.isEmpty
  }
}
