import Foundation
import Synchronization

/// Does what takes a processor for seconds on a thread of its own. Scripts share as many threads as there are processors, and dispatch
/// queues share these: with all of them busy every other test stands still.
public func aside<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: work()) }
  }
}

/// Does something so many times, each with a number of its own, on a thread for each processor.
public func aside(times count: Int, _ work: @escaping @Sendable (Int) -> Void) async {
  let places = Places()
  await withTaskGroup(of: Void.self) { group in
    for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
      group.addTask {
        await aside {
          while let place = places.next(below: count) { work(place) }
        }
      }
    }
  }
}

private final class Places: Sendable {
  private let taken = Atomic(0)

  func next(below count: Int) -> Int? {
    let place = taken.wrappingAdd(1, ordering: .relaxed).oldValue
    return place < count ? place : nil
  }
}
