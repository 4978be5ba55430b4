import DequeModule

/// What one connection has yet to write: messages of its own between the frames of the log it follows, in order.
///
/// Knows no socket: it says what comes next and is told how far the write went.
struct Outbox {
  /// A place in a log.
  struct Position {
    var slab: FrameLog.Slab
    var offset: Int

    /// The place of the next byte to write: at the end of a slab, the beginning of the one after it.
    mutating func normalize() {
      while offset == slab.count, let next = slab.next {
        slab = next
        offset = 0
      }
    }
  }

  private struct Own {
    /// A message, shared with whoever else has it. It is framed when it is taken.
    var message: Message
    /// Where the log ended when this was queued; what is before that goes out first.
    var after: Position?
  }

  enum Next {
    case own([UInt8], isText: Bool)
    case log(FrameLog.Slab, from: Int, to: Int)

    /// How many bytes it has.
    var size: Int {
      switch self {
      case .own(let bytes, _): bytes.count
      case .log(_, let start, let end): end - start
      }
    }
  }

  /// Whether messages become frames here, as many as fit in one write. A client masks each frame with a key of its own.
  let makesFrames: Bool
  private var own: Deque<Own> = []
  private(set) var ownBytes = 0
  private(set) var position: Position?
  /// Where the log ended when goodbye was said: what was appended later is for others.
  private var last: Position?

  init(makesFrames: Bool) {
    self.makesFrames = makesFrames
  }

  mutating func follow(_ log: FrameLog) {
    // What was queued for the end of another log goes out first.
    for index in own.indices { own[index].after = nil }
    position = Position(slab: log.newest, offset: log.newest.count)
  }

  mutating func append(_ message: Message, end: FrameLog.Slab?) {
    ownBytes += message.count
    own.append(Own(message: message, after: end.map { Position(slab: $0, offset: $0.count) }))
  }

  /// Takes nothing of the log that is appended from now on.
  mutating func end(at end: FrameLog.Slab?) {
    last = end.map { Position(slab: $0, offset: $0.count) }
  }

  mutating func removeAll() {
    own.removeAll()
    ownBytes = 0
    position = nil
  }

  /// The next thing to write, or nothing when all is written.
  mutating func next() -> Next? {
    position?.normalize()
    if let first = own.first, isDue(first) { return takeOwn() }
    guard let position, position.offset < position.slab.count, !isAtLast else { return nil }
    var end = position.slab.endOfSlice(from: position.offset)
    if let limit = own.first?.after, limit.slab === position.slab { end = min(end, limit.offset) }
    if let last, last.slab === position.slab { end = min(end, last.offset) }
    self.position?.offset = end
    return .log(position.slab, from: position.offset, to: end)
  }

  /// Whether anything is left, without taking it.
  var isEmpty: Bool {
    guard own.isEmpty else { return false }
    guard let position, !isAtLast else { return true }
    return position.offset == position.slab.count && position.slab.next == nil
  }

  private func isDue(_ item: Own) -> Bool { item.after.map(hasReached) ?? true }

  private var isAtLast: Bool { last.map(hasReached) ?? false }

  /// Whether all of the log before a place has been written.
  private func hasReached(_ place: Position) -> Bool {
    guard var position else { return true }
    var place = place
    position.normalize()
    place.normalize()
    return place.slab === position.slab && place.offset <= position.offset
  }

  /// Own messages that are due together go out in one write, up to the size of a slice.
  private mutating func takeOwn() -> Next {
    let first = takeFirst()
    guard makesFrames else { return .own(first.bytes, isText: first.isText) }
    var bytes = Frame.header(of: first) + first.bytes
    while let following = own.first, isDue(following),
      bytes.count + Frame.maximumHeaderSize + following.message.count <= FrameLog.sliceSize
    {
      bytes += Frame.header(of: following.message)
      bytes += takeFirst().bytes
    }
    return .own(bytes, isText: first.isText)
  }

  private mutating func takeFirst() -> Message {
    let message = own.removeFirst().message
    ownBytes -= message.count
    return message
  }
}
