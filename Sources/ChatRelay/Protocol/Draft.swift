import Storage

/// What somebody wants to say, and where: a `text` or `emote` request with its commands taken off.
struct Draft: Equatable {
  /// Where a line goes.
  enum Destination: Equatable {
    /// To a channel on a network, by way of a writer.
    case channel(Route)
    /// To everybody on the stream's internal chat.
    case room
    /// To one user of this gateway alone (`/msg NAME`).
    case user(named: String)
  }

  /// Twitch takes 500 characters and refuses 501 (FACTS 9.1); it does not say of which kind, so the smallest is counted.
  static let longest = 500

  var style: LineStyle
  var destination: Destination
  /// The line itself: not empty, in one line, without the commands.
  var text: String
  /// The message on the network that this one replies to.
  var replyTo: String?

  init(_ style: LineStyle, _ written: String, route: Route, replyTo: String? = nil) throws(RequestError) {
    var words = Self.words(written)
    self.style = style
    self.replyTo = replyTo
    (destination, text) = Self.address(&words, route)
    if style == .text, case .channel = destination, let action = Self.action(text) {
      self.style = .emote
      text = action
    }
    if text.isEmpty { throw RequestError(.textEmpty, "There is nothing to send.") }
    if wireText.unicodeScalars.count > Self.longest {
      throw RequestError(.textTooLong, "A message has at most \(Self.longest) characters.")
    }
  }

  /// The text as the network has to get it so that people there see `text`.
  ///
  /// Twitch takes the first word off a text that begins with `/` or `.` and executes nothing (FACTS 9.3), so such a text gets a
  /// first word to lose.
  var wireText: String {
    guard case .channel = destination else { return text }
    if style == .emote { return "/me " + text }
    guard let lead = text.unicodeScalars.first, lead == "/" || lead == "." else { return text }
    return "\(lead) \(text)"
  }

  /// One line without control characters or white space at its ends.
  private static func words(_ written: String) -> Substring {
    var line = String.UnicodeScalarView()
    for scalar in written.unicodeScalars {
      line.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return trimmed(Substring(String(line)))
  }

  /// Takes `/irc` or `/msg NAME` off the line.
  private static func address(_ line: inout Substring, _ route: Route) -> (Destination, String) {
    var rest = line
    switch takeWord(&rest) {
    case "/irc":
      return (.room, String(rest))
    case "/msg":
      let name = takeWord(&rest)
      return (.user(named: String(name)), String(rest))
    default:
      return (route == .internalChat ? .room : .channel(route), String(line))
    }
  }

  /// What follows `/me`, which people also type where the client does not know it.
  private static func action(_ text: String) -> String? {
    var rest = Substring(text)
    guard ["/me", ".me"].contains(takeWord(&rest)) else { return nil }
    return String(rest)
  }

  /// A space ends a word also where an accent or a joiner follows it, with which it is one character: `/irc ` is not to be missed.
  private static func takeWord(_ line: inout Substring) -> Substring {
    let word = line.unicodeScalars.prefix { $0 != " " }
    line = trimmed(Substring(line.unicodeScalars[word.endIndex...]))
    return Substring(word)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
    let end = scalars.lastIndex { !$0.properties.isWhitespace }.map { scalars.index(after: $0) } ?? scalars.startIndex
    return Substring(scalars[..<end])
  }
}
