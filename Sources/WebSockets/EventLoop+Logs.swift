import DequeModule

/// Who is written to in which turn of the loop.
extension EventLoop {
  /// Lets a log's followers have what is new: as soon as what runs now has appended all it has, some in each turn of the loop.
  func distribute(_ log: FrameLog) {
    logs.append(log)
    if logs.count == 1 { execute { _ in } }
  }

  /// How many writes there are in one turn of the loop: some hundred microseconds'.
  private static let writesInTurn = 32

  /// Writes to some of those who are due something.
  func writeLogs() {
    var left = Self.writesInTurn
    while left > 0, let log = logs.popFirst() {
      guard log.isInRound(on: self) else { continue }
      left -= log.distribute(atMost: left)
      if log.hasFollowersDue { logs.append(log) }
    }
    if !logs.isEmpty { execute { _ in } }
  }
}
