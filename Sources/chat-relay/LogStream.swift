import Dispatch
import Foundation
import Synchronization

/// Standard error, for the log: nobody who logs waits for whoever reads it.
///
/// A thread of its own writes what was logged. When nobody reads any more, so much waits and no more: lines are then left out, and the
/// first one after them says how many.
final class LogStream: TextOutputStream, Sendable {
  /// The one that all loggers share. What was logged last is written before the process exits, unless that hangs.
  static let standardError: LogStream = {
    atexit { LogStream.standardError.flush(within: .milliseconds(500)) }
    return LogStream { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) }
  }()

  /// How many bytes may wait.
  static let limit = 1 << 20

  private struct Waiting {
    var text = ""
    var omitted = 0
    /// Whether somebody is writing, who will see what comes meanwhile.
    var isBeingWritten = false
  }

  private let waiting = Mutex(Waiting())
  private let queue = DispatchQueue(label: "log")
  private let output: @Sendable (String) -> Void

  /// Makes a stream that hands text to `output`, one call at a time; a call may take as long as it likes.
  init(_ output: @escaping @Sendable (String) -> Void) {
    self.output = output
  }

  /// Takes a line, which is written soon.
  func write(_ line: String) {
    let isFirst = waiting.withLock { waiting in
      guard waiting.text.utf8.count + line.utf8.count <= Self.limit else {
        waiting.omitted += 1
        return false
      }
      if waiting.omitted > 0 { waiting.text += "\(waiting.omitted) lines were left out, since nobody read them\n" }
      waiting.text += line
      waiting.omitted = 0
      defer { waiting.isBeingWritten = true }
      return !waiting.isBeingWritten
    }
    if isFirst { queue.async { self.writeAll() } }
  }

  private func writeAll() {
    while let text = next() { output(text) }
  }

  private func next() -> String? {
    waiting.withLock { waiting in
      guard !waiting.text.isEmpty else {
        waiting.isBeingWritten = false
        return nil
      }
      defer { waiting.text = "" }
      return waiting.text
    }
  }

  /// Waits until what was logged has been written, or for so long.
  func flush(within limit: DispatchTimeInterval) {
    let isWritten = DispatchSemaphore(value: 0)
    queue.async { isWritten.signal() }
    _ = isWritten.wait(timeout: .now() + limit)
  }
}
