import Dispatch

/// Does what takes a processor for seconds where it holds up no script: those share as many threads as there are processors, and with
/// all of them busy every other test stands still.
public func aside<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(returning: work()) }
  }
}
