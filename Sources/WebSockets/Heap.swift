import CLibWebSockets

/// The memory that C and Swift take from the system, as far as one can have a say in it.
public enum Heap {
  /// Makes all threads share two heaps, which keep up to 64 MiB for what comes next. To be called before there are other threads.
  ///
  /// Threads come and go with SQLite's work. glibc would give each a heap of its own, which keeps what was freed there for as long
  /// as the process lives. And it would give back to the system what each write of the history frees, only to take it again for
  /// the next: a twelfth of the time that a busy gateway takes.
  public static func share() {
    mallopt(M_ARENA_MAX, 2)
    mallopt(M_TRIM_THRESHOLD, 64 << 20)
    mallopt(M_MMAP_THRESHOLD, 4 << 20)
  }

  /// Gives back to the system what a burst took and nobody uses any more: by itself glibc does that only at the end of a heap. Takes
  /// some milliseconds, in which others who need memory may have to wait.
  @concurrent public static func giveBack() async { malloc_trim(0) }
}
