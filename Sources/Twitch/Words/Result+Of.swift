extension Result {
  /// Makes a call and keeps what came of it as a value, so that somebody else can be told either way.
  static func of(_ call: () async throws(Failure) -> Success) async -> Self {
    do throws(Failure) {
      return .success(try await call())
    } catch {
      return .failure(error)
    }
  }
}
