import FoundationEssentials
public import WebSockets

extension OAuth {
  /// Polls until the person agreed, and gives their pair.
  ///
  /// Throws `.refused` when the code ended without a yes, at the latest when it is too old, and whatever is wrong with the
  /// application. A login server that is away for a while is asked again. Ends early, with `CancellationError`, when its
  /// task is cancelled.
  public func waitForGrant(_ code: DeviceCode, on loop: EventLoop) async throws -> TokenPair {
    var interval = code.interval
    let end = ContinuousClock.now + code.expiresIn
    while ContinuousClock.now < end {
      try await loop.sleep(for: interval)
      switch try await answer(to: code) {
      case .pending: continue
      case .slowDown: interval += .seconds(5)
      case .granted(let pair): return pair
      case .ended(let message): throw OAuthError.refused(status: 400, message: message)
      }
    }
    throw OAuthError.refused(status: 400, message: "the code is too old")
  }

  /// A poll for which a login server that is away is the same as a person who is not done.
  private func answer(to code: DeviceCode) async throws(OAuthError) -> DeviceAnswer {
    do throws(OAuthError) {
      return try await poll(code)
    } catch  where error.isTemporary {
      return .pending
    }
  }
}
