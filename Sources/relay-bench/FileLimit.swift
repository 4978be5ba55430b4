import CRelayBench

/// How many connections this program and the servers that it starts can have.
enum FileLimit {
  /// Raises the limit as far as the system lets us: to what 20,000 clients need, as root, else to the hard limit. Gives how many
  /// clients there can be.
  @discardableResult
  static func raise() -> Int { Int(bench_raise_file_limit(1 << 16)) - 512 }
}
