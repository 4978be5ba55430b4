import Foundation
import TestSupport

/// A program as people run it: a process of its own, with what it prints and how it ends.
actor RunningProgram {
  /// How a process ended.
  enum Ending: Equatable {
    case exit(status: Int32)
    case signal(Int32)
  }

  /// What was waited for in vain, with everything that the program has said.
  struct Silence: Error, CustomStringConvertible {
    var description: String
  }

  /// A text that the program writes to, and how far somebody has read in it.
  private struct Lines {
    var all: [String] = []
    var next = 0

    mutating func find(_ part: String) -> String? {
      guard let index = all[next...].firstIndex(where: { $0.contains(part) }) else { return nil }
      next = index + 1
      return all[index]
    }
  }

  private let process = Process()
  /// Ends the process when this one ends before.
  private let watchdog = Process()
  private let leash = Pipe()
  private var output = Lines()
  private var log = Lines()
  private var ending: Ending?
  private let waiters = Waiters()

  /// chat-relay as it was built beside these tests.
  static var chatRelay: String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: own).deletingLastPathComponent().appending(path: "chat-relay").path
  }

  /// Starts a program with little in its environment but what is given here.
  static func start(
    _ arguments: [String], of path: String = chatRelay, environment: [String: String] = [:]
  ) async throws -> RunningProgram {
    let program = RunningProgram()
    try await program.run(path, arguments, environment)
    return program
  }

  private func run(_ path: String, _ arguments: [String], _ environment: [String: String]) throws {
    let (output, log) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    // A sanitizer's program wants to know what to overlook (.ci/sanitize).
    let options = ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
    process.environment = ["PATH": "/usr/bin:/bin"].merging(options) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = log
    let (endings, continuation) = AsyncStream.makeStream(of: Ending.self)
    process.terminationHandler = { process in
      let status = process.terminationStatus
      continuation.yield(process.terminationReason == .uncaughtSignal ? .signal(status) : .exit(status: status))
      continuation.finish()
    }
    try process.run()
    watchdog.executableURL = URL(filePath: "/bin/sh")
    watchdog.arguments = ["-c", "read line; kill -9 \(process.processIdentifier) 2> /dev/null"]
    watchdog.standardInput = leash
    try watchdog.run()
    let reading = [
      Task { for await line in Self.lines(of: output) { change { $0.output.all.append(line) } } },
      Task { for await line in Self.lines(of: log) { change { $0.log.all.append(line) } } },
    ]
    Task {
      for await ending in endings {
        // What it said last comes before its end.
        for task in reading { await task.value }
        watchdog.terminate()
        change { $0.ending = ending }
      }
    }
  }

  private static func lines(of pipe: Pipe) -> AsyncStream<String> {
    AsyncStream { continuation in
      Thread.detachNewThread {
        var rest = Data()
        while case let more = pipe.fileHandleForReading.availableData, !more.isEmpty {
          rest += more
          while let end = rest.firstIndex(of: 0x0A) {
            continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
            rest = Data(rest[rest.index(after: end)...])
          }
        }
        if !rest.isEmpty { continuation.yield(String(decoding: rest, as: UTF8.self)) }
        continuation.finish()
      }
    }
  }

  private func change(_ change: (isolated RunningProgram) -> Void) {
    change(self)
    waiters.wake()
  }

  /// Waits for a line with this in it on standard output, after the one that was found last.
  @discardableResult
  func says(_ part: String, within limit: Duration = .seconds(20)) async throws -> String {
    try await wait("'\(part)' on standard output", limit) { $0.output.find(part) }
  }

  /// Waits for a line with this in it on standard error, after the one that was found last.
  @discardableResult
  func logs(_ part: String, within limit: Duration = .seconds(20)) async throws -> String {
    try await wait("'\(part)' on standard error", limit) { $0.log.find(part) }
  }

  /// Waits for the end.
  @discardableResult
  func ends(within limit: Duration = .seconds(20)) async throws -> Ending {
    try await wait("the end", limit) { $0.ending }
  }

  /// Everything that it has printed to standard output.
  var said: [String] { output.all }

  /// Everything that it has printed to standard error.
  var logged: [String] { log.all }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Ends it without any farewell.
  func kill9() async {
    signal(SIGKILL)
    _ = try? await ends()
  }

  private func wait<Found>(
    _ what: String, _ limit: Duration, _ find: (isolated RunningProgram) -> Found?
  ) async throws -> Found {
    let deadline = ContinuousClock.now + limit
    while true {
      if let found = find(self) { return found }
      let isOver = ending != nil || .now >= deadline
      guard !isOver else {
        throw Silence(
          description:
            "no \(what)\n\((output.all + log.all + ["\(ending, default: "running")"]).joined(separator: "\n"))")
      }
      await waiters.wait(until: deadline)
    }
  }
}
