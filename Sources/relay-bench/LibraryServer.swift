import CRelayBench

/// libwebsockets alone, in C.
enum LibraryServer {
  /// Serves for ever; `false` when it could not begin.
  static func serve(upstream: Int32, oneByOne: Bool, rooms: Int32) -> Bool {
    bench_library_serve(upstream, oneByOne ? 1 : 0, rooms) == 0
  }
}
