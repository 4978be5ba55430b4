import CLibWebSockets

/// The memory that C and Swift take from the system, as far as one can have a say in it.
public enum Heap {
  /// Makes all threads share two heaps. To be called before there are others.
  ///
  /// Threads come and go with SQLite's work. glibc would give each a heap of its own, which keeps what was freed there for as long
  /// as the process lives.
  public static func share() { mallopt(M_ARENA_MAX, 2) }

  /// Gives back to the system what a burst took and nobody uses any more: by itself glibc does that only at the end of a heap. Takes
  /// some milliseconds, in which others who need memory may have to wait.
  @concurrent public static func giveBack() async { malloc_trim(0) }
}
