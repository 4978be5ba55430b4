import Foundation
import Glibc

/// A server as a process of its own, and what it uses.
final class ServerProcess: Sendable {
  let port: Int
  private let process: Process
  /// It dies with this program: a watchdog waits for the end of a pipe that only this process holds.
  private let leash = Pipe()

  /// Programs without a path are built beside this one.
  static func path(of program: String) throws -> String {
    if program.contains("/") { return program }
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: own).deletingLastPathComponent().appending(path: program).path
  }

  /// Starts a program, maybe under the supervision of another one, and waits until its first line says where it serves, as JSON.
  init(
    _ program: String, _ arguments: [String], _ settings: [String: String] = [:], under supervisor: [String] = []
  ) throws {
    let output = Pipe()
    let command = supervisor + [try Self.path(of: program)] + arguments
    process = try Self.launch(command, settings, output: output)
    struct Outcome: Decodable { var url: String }
    let line = output.fileHandleForReading.availableData
    guard let outcome = try? JSONDecoder().decode(Outcome.self, from: line), let port = URL(string: outcome.url)?.port
    else {
      process.terminate()
      throw BenchmarkError("this does not serve: \(command.joined(separator: " "))")
    }
    self.port = port
    try watch()
  }

  /// Starts a program that is to serve on that port, and does not wait for it.
  init(_ program: String, _ arguments: [String], _ settings: [String: String], port: Int) throws {
    self.port = port
    process = try Self.launch([try Self.path(of: program)] + arguments, settings, output: FileHandle.nullDevice)
    try watch()
  }

  private func watch() throws {
    let watchdog = Process()
    watchdog.executableURL = URL(filePath: "/bin/sh")
    watchdog.arguments = ["-c", "read line; kill -9 \(process.processIdentifier) 2> /dev/null"]
    watchdog.standardInput = leash
    try watchdog.run()
  }

  private static func launch(_ command: [String], _ settings: [String: String], output: Any) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.filter {
      ["PATH", "HOME", "LANG", "TMPDIR"].contains($0.key)
    }
    .merging(settings) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    return process
  }

  /// Ends it at once.
  func stop() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Ends it in good order.
  func finish() {
    process.terminate()
    process.waitUntilExit()
  }

  /// Whom `kill` and `callgrind_control` mean.
  var id: Int32 { process.processIdentifier }

  /// Seconds of CPU that it has used so far, of all its threads.
  var cpu: Double {
    let words = read("stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard words.count > 12, let user = Double(words[11]), let system = Double(words[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Bytes of memory that are its own.
  var memory: Int {
    let line = read("status").split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }

  private func read(_ file: String) -> String {
    (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/\(file)", encoding: .utf8)) ?? ""
  }
}
