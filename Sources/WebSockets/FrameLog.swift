/// What was said to everybody, as frames that are ready to be written: encoded and framed once, shared by all.
///
/// A room appends; each WebSocket that follows holds a position and writes from the shared memory. The log keeps about
/// `capacity` bytes. Who is further behind than that has lost its place and is closed with code 1013 ("try again
/// later"); nobody else notices. Not sendable: it belongs to the actor on the loop.
@safe public final class FrameLog {
  /// What one write hands to the socket at most, unless a single frame is larger.
  static let sliceSize = 16 << 10

  private let capacity: Int
  private var size = 0
  private var oldest: Slab
  private(set) var newest: Slab
  private var followers: [WebSocket] = []

  /// Makes an empty log that keeps about `capacity` bytes.
  public init(capacity: Int = 4 << 20) {
    self.capacity = capacity
    newest = Slab(size: Self.sliceSize)
    oldest = newest
  }

  /// How many WebSockets follow.
  public var followerCount: Int { followers.count }

  /// Frames one text message and gets it on its way to every follower.
  public func append(_ text: [UInt8]) {
    let header = Frame.textHeader(payload: text.count)
    let frameSize = header.count + text.count
    if newest.free < frameSize { addSlab(for: frameSize) }
    newest.append(header)
    newest.append(text)
    size += frameSize
    for follower in followers { follower.hasMoreToWrite() }
  }

  private func addSlab(for frameSize: Int) {
    let slab = Slab(size: max(Self.sliceSize, frameSize))
    newest.next = slab
    newest = slab
    while size > capacity, let next = oldest.next {
      size -= oldest.count
      oldest.isDropped = true
      oldest = next
      for follower in followers where follower.isBehind { follower.fellBehind() }
    }
  }

  func add(_ follower: WebSocket) {
    follower.indexInLog = followers.count
    followers.append(follower)
  }

  func remove(_ follower: WebSocket) {
    guard let index = follower.indexInLog else { return }
    follower.indexInLog = nil
    let last = followers.removeLast()
    guard last !== follower else { return }
    followers[index] = last
    last.indexInLog = index
  }

  /// A piece of contiguous memory that holds whole frames only, so that any part between two positions can be written.
  @safe final class Slab {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0
    var next: Slab?
    /// No longer part of the log: whoever still reads here is too far behind.
    var isDropped = false

    init(size: Int) {
      unsafe memory = .allocate(capacity: size)
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
