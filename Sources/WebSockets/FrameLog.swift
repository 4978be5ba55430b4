/// What was said to everybody, as frames that are ready to be written: encoded and framed once, shared by all.
///
/// A room appends; each WebSocket that follows holds a position and writes from the shared memory. What everybody has written
/// is freed. Who is more than `capacity` bytes behind has lost its place and is closed with code 1013 ("try again later");
/// nobody else notices. Not sendable: it belongs to the actor on the loop.
///
/// Followers are written to in a circle, some in each turn of the loop. What is appended before their turn comes goes out with what
/// they were due, so that a crowd that is large costs fewer writes, not longer ones for each message. A crowd that is small has
/// had its turn before more can come: so one round begins some time after the other, or with a slice of news, and a burst goes out
/// together, too.
@safe public final class FrameLog {
  /// What one write hands to the socket at most, unless a single frame is larger.
  static let sliceSize = 16 << 10

  /// From how many followers on a slab is larger than a slice.
  private static let crowd = 64

  private let capacity: Int
  private let pace: Duration
  // Older slabs live as long as a follower's position leads to them.
  private(set) var newest = Slab(size: 0, start: 0)
  private var followers: [WebSocket] = []
  /// Who has their turn next, and how many from there on may not have all that was appended.
  private var next = 0
  private var due = 0
  /// How many have not had their turn in this round, and where the log ended when it began.
  private var leftInRound = 0
  private var endAtRound = 0
  /// When the next round may begin, and what lets it begin then if it has to wait.
  private var nextRound = ContinuousClock.now
  private var timer: Timer?

  /// Makes an empty log.
  ///
  /// - Parameters:
  ///   - capacity: How many bytes its followers may be behind.
  ///   - pace: How long after the beginning of a round the next one begins, unless it has much to tell.
  public init(capacity: Int = 1 << 20, pace: Duration = .milliseconds(2)) {
    self.capacity = capacity
    self.pace = pace
  }

  /// How many WebSockets follow.
  public var followerCount: Int { followers.count }

  /// Whether somebody may not have all that was appended.
  package var hasFollowersDue: Bool { due > 0 }

  /// Frames one text message and gets it on its way to every follower. Where nobody follows there is nothing to do.
  public func append(_ text: [UInt8]) {
    guard !followers.isEmpty else { return }
    let header = Frame.textHeader(payload: text.count)
    let frameSize = header.count + text.count
    if newest.free < frameSize {
      addSlab(for: frameSize)
      // The last follower may have fallen behind just now.
      guard !followers.isEmpty else { return }
    }
    newest.append(header)
    newest.append(text)
    if due == 0 || timer != nil && hasSlice { distribute(on: followers[0].loop) }
    due = followers.count
  }

  private func distribute(on loop: EventLoop) {
    timer = nil
    loop.distribute(self)
  }

  /// Whether what came since the last round is worth one by itself.
  private var hasSlice: Bool { newest.end - endAtRound >= Self.sliceSize }

  /// Begins the next round if the last one is over; `false` if that is still to come, and whoever is due something has to wait.
  func isInRound(on loop: EventLoop) -> Bool {
    guard due > 0, leftInRound == 0 else { return true }
    let now = ContinuousClock.now
    guard now >= nextRound || hasSlice else {
      timer = loop.schedule(after: nextRound - now) { [unowned self] in distribute(on: loop) }
      return false
    }
    leftInRound = followers.count
    endAtRound = newest.end
    nextRound = now + pace
    return true
  }

  /// Writes to the next followers, at most so many; gives to how many it did, which are fewer only when the round is over.
  func distribute(atMost limit: Int) -> Int {
    let count = min(due, leftInRound, limit)
    for _ in 0..<count {
      if next >= followers.count { next = 0 }
      followers[next].writeAtOnce()
      next += 1
    }
    due -= count
    leftInRound = due == 0 ? 0 : leftInRound - count
    return count
  }

  private func addSlab(for frameSize: Int) {
    // Whoever is due what is in two slabs needs two writes: that costs a crowd more than memory does.
    let size = followers.count < Self.crowd ? Self.sliceSize : 4 * Self.sliceSize
    let slab = Slab(size: max(size, frameSize), start: newest.end)
    newest.next = slab
    newest = slab
    for follower in followers where slab.start - follower.positionInLog > capacity { follower.fellBehind() }
  }

  func add(_ follower: WebSocket) {
    follower.indexInLog = followers.count
    followers.append(follower)
  }

  func remove(_ follower: WebSocket) {
    guard let index = follower.indexInLog else { return }
    follower.indexInLog = nil
    let last = followers.removeLast()
    if last !== follower {
      followers[index] = last
      last.indexInLog = index
      // Its new place may have had its turn.
      if due > 0 { last.hasMoreToWrite() }
    }
    due = min(due, followers.count)
    leftInRound = min(leftInRound, due)
    // A log that nobody follows costs nothing.
    if followers.isEmpty { newest = Slab(size: 0, start: newest.end) }
  }

  /// A piece of contiguous memory that holds whole frames only, so that any part between two positions can be written.
  @safe final class Slab {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    /// How many bytes the log had before this slab.
    let start: Int
    private(set) var count = 0
    var next: Slab?

    init(size: Int, start: Int) {
      unsafe memory = .allocate(capacity: size)
      self.start = start
    }

    deinit {
      unsafe memory.deallocate()
      // Free a long chain one by one instead of by recursion.
      var rest = next
      next = nil
      while let slab = rest, isKnownUniquelyReferenced(&rest) {
        rest = slab.next
        slab.next = nil
      }
    }

    var end: Int { start + count }

    /// The end of what one write takes from there on: of whole frames, since other messages may come in between.
    func endOfSlice(from offset: Int) -> Int {
      guard count - offset > FrameLog.sliceSize else { return count }
      var end = offset + size(ofFrameAt: offset)
      while end < count, case let next = end + size(ofFrameAt: end), next - offset <= FrameLog.sliceSize { end = next }
      return end
    }

    private func size(ofFrameAt offset: Int) -> Int {
      unsafe Frame.size(of: UnsafeBufferPointer(rebasing: memory[offset..<count]))
    }

    var free: Int { unsafe memory.count - count }

    func append(_ bytes: [UInt8]) {
      precondition(bytes.count <= free, "a frame goes into a slab that has room for it")
      unsafe bytes.withUnsafeBufferPointer { bytes in
        let end = unsafe memory.baseAddress?.advanced(by: count)
        if let end = unsafe end, let start = bytes.baseAddress {
          unsafe end.update(from: start, count: bytes.count)
        }
      }
      count += bytes.count
    }

    /// Lends the bytes from `start` to `end` for one write.
    func withBytes<Result>(
      _ start: Int, _ end: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Result
    ) -> Result {
      unsafe body(UnsafeMutableBufferPointer(rebasing: memory[start..<end]))
    }
  }
}
