import Foundation
import Glibc
import Synchronization

/// The program itself, `chat-relay serve`, as a process of its own.
///
/// It dies with the test that started it, whatever becomes of that: a watchdog waits for the end of a pipe that only this process
/// holds.
final class Gateway: Sendable {
  /// What kept the program from serving.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// How the program is run.
  struct Launch: Sendable {
    /// Settings over those that every gateway of a scene has.
    var environment: [String: String] = [:]
    /// Shell commands to run first, in the shell that becomes the program: `ulimit -n 64`.
    var prelude = ""
    /// How long it may take until it serves.
    var patience: Duration = .seconds(20)
  }

  let port: Int
  let processID: Int32
  private let logPath: String
  private let watchdog: Process
  private let leash: Pipe
  private let exit: Exit

  /// The program that was built beside this test.
  static var program: String {
    let named = ProcessInfo.processInfo.environment["CHAT_RELAY_PROGRAM"]
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return named ?? URL(filePath: own).deletingLastPathComponent().appending(path: "chat-relay").path
  }

  /// Starts the program and waits until it serves.
  static func start(_ settings: [String: String], in folder: String, _ launch: Launch) async throws -> Gateway {
    let logPath = folder + "/gateway-\(UUID().uuidString.prefix(8)).log"
    _ = FileManager.default.createFile(atPath: logPath, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", launch.prelude + "\nexec \"$0\" serve --json", program]
    process.currentDirectoryURL = URL(filePath: folder)
    let kept = ProcessInfo.processInfo.environment.filter {
      // A sanitizer's program wants to know what to overlook (.ci/sanitize).
      ["PATH", "HOME", "LANG"].contains($0.key) || $0.key.hasSuffix("SAN_OPTIONS")
    }
    process.environment = kept.merging(settings) { $1 }.merging(launch.environment) { $1 }
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: logPath)
    let exit = Exit()
    process.terminationHandler = { process in
      exit.happen(
        process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus)
    }
    try process.run()
    let url = try await firstLine(of: output, within: launch.patience)
    guard let url, let port = URLComponents(string: url)?.port else {
      kill(process.processIdentifier, SIGKILL)
      throw Failure(
        description: "the gateway does not serve: \((try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "")")
    }
    return try Gateway(port: port, process: process.processIdentifier, logPath: logPath, exit: exit)
  }

  private init(port: Int, process: Int32, logPath: String, exit: Exit) throws {
    self.port = port
    processID = process
    self.logPath = logPath
    self.exit = exit
    leash = Pipe()
    watchdog = Process()
    watchdog.executableURL = URL(filePath: "/bin/sh")
    watchdog.arguments = ["-c", "read line; kill -9 \(process) 2> /dev/null"]
    watchdog.standardInput = leash
    try watchdog.run()
  }

  /// The address in the line that `serve --json` prints; `nil` when it ended or took too long.
  private static func firstLine(of output: Pipe, within limit: Duration) async throws -> String? {
    struct Outcome: Decodable { var url: String }
    let lines = AsyncStream<String?> { continuation in
      Thread.detachNewThread {
        var text = Data()
        while !text.contains(0x0A) {
          let more = output.fileHandleForReading.availableData
          if more.isEmpty { break }
          text += more
        }
        continuation.yield(text.isEmpty ? nil : (try? JSONDecoder().decode(Outcome.self, from: text))?.url)
        continuation.finish()
        // Whatever it says later must not fill the pipe.
        while !output.fileHandleForReading.availableData.isEmpty {}
      }
    }
    return await withTaskGroup(of: String?.self) { group in
      group.addTask {
        for await line in lines { return line }
        return nil
      }
      group.addTask {
        // A time limit: whichever comes first ends the wait.
        try? await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  /// What it logged so far.
  var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(processID, number) }

  /// The status with which it ended, 128 and more for a signal; throws when it does not end in time.
  @discardableResult
  func exited(within limit: Duration = .seconds(15)) async throws -> Int32 {
    guard let status = await exit.status(within: limit) else {
      throw Failure(description: "the gateway did not end")
    }
    return status
  }

  /// Ends it without any farewell.
  func kill9() async throws {
    signal(SIGKILL)
    try await exited()
  }

  /// Its resident memory in bytes.
  var residentBytes: Int {
    let text = (try? String(contentsOfFile: "/proc/\(processID)/statm", encoding: .utf8)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}

/// The end of a process, as something to wait for.
private final class Exit: Sendable {
  private struct State {
    var status: Int32?
    var waiting: [UUID: CheckedContinuation<Int32?, Never>] = [:]
  }

  private let state = Mutex(State())

  func happen(_ status: Int32) {
    let waiting = state.withLock { state in
      state.status = status
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume(returning: status) }
  }

  func status(within limit: Duration) async -> Int32? {
    let id = UUID()
    let timeout = Task {
      // A time limit: cancelled once the process has ended.
      try await Task.sleep(for: limit)
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: nil)
    }
    defer { timeout.cancel() }
    return await withCheckedContinuation { continuation in
      let status = state.withLock { state in
        if state.status == nil { state.waiting[id] = continuation }
        return state.status
      }
      if let status { continuation.resume(returning: status) }
    }
  }
}
