/// What was said to everybody, as frames that are ready to be written: encoded and framed once, shared by all.
///
/// A room appends; each WebSocket that follows holds a position and writes from the shared memory. What everybody has written
/// is freed. Who is more than `capacity` bytes behind has lost its place and is closed with code 1013 ("try again later");
/// nobody else notices. Not sendable: it belongs to the actor on the loop.
///
/// Followers are written to in a circle, some in each turn of the loop. What is appended before their turn comes goes out with what
/// they were due, so that a crowd that is large costs fewer writes, not longer ones for each message.
@safe public final class FrameLog {
  /// What one write hands to the socket at most, unless a single frame is larger.
  static let sliceSize = 16 << 10

  /// From how many followers on a slab is larger than a slice.
  private static let crowd = 64

  private let capacity: Int
  // Older slabs live as long as a follower's position leads to them.
  private(set) var newest = Slab(size: 0, start: 0)
  private var followers: [WebSocket] = []
  /// Who has their turn next, and how many from there on may not have all that was appended.
  private var next = 0
  private var due = 0

  /// Makes an empty log whose followers may be `capacity` bytes behind.
  public init(capacity: Int = 1 << 20) {
    self.capacity = capacity
  }

  /// How many WebSockets follow.
  public var followerCount: Int { followers.count }

  /// Whether somebody may not have all that was appended.
  var hasFollowersDue: Bool { due > 0 }

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
    if due == 0 { followers[0].loop.distribute(self) }
    due = followers.count
  }

  /// Writes to the next followers, at most so many; gives to how many it did, which are fewer only when everybody has had their turn.
  func distribute(atMost limit: Int) -> Int {
    let count = min(due, limit)
    for _ in 0..<count {
      if next >= followers.count { next = 0 }
      followers[next].writeAtOnce()
      next += 1
    }
    due -= count
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
