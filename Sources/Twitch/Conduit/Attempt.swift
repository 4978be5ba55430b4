extension Result where Failure == HelixError {
  /// Makes a call and keeps what came of it as a value, so that a state can be told either way.
  static func of(_ call: () async throws(HelixError) -> Success) async -> Self {
    do throws(HelixError) {
      return .success(try await call())
    } catch {
      return .failure(error)
    }
  }
}
