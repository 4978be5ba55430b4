import Glibc
import Synchronization

/// Runs async functions on the thread that waits for them: libFuzzer calls a plain function and counts what its thread does.
final class InlineExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
  }

  static func run(_ body: @escaping @Sendable () async -> Void) {
    let executor = InlineExecutor()
    let done = Done()
    Task(executorPreference: executor) {
      await body()
      done.flag.withLock { $0 = true }
    }
    while !done.flag.withLock({ $0 }) {
      let job = executor.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if let job { unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor()) } else { sched_yield() }
    }
  }

  private final class Done: Sendable {
    let flag = Mutex(false)
  }
}
