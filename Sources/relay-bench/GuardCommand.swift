import ArgumentParser
import Foundation

/// Counts what does not depend on the machine: instructions and allocations, under callgrind.
struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guard",
    abstract: "Counts instructions and allocations under callgrind, and compares them with what they were.",
    discussion: """
      Fails when one has grown by a tenth. What counts is the event loop's thread: how often the history is written depends on how long \
      it all takes. Needs valgrind, and what .ci/guard prepares for it.

      EXAMPLE:
        .ci/guard --record
      """)

  @Argument(help: "The file with the counts as they were.")
  var recorded: String
  @Flag(help: "Write the counts to the file instead of comparing them.")
  var record = false
  @Option(help: "The program, without what valgrind cannot read.")
  var program: String
  @Option(help: "A library that valgrind is to load before all others.")
  var preload: String
  @Option(help: "A folder to keep callgrind's profiles in.")
  var profiles: String?

  private static let notifications = 1_000
  private static let browsers = 100
  private static let messages = 400
  private static let tolerance = 1.1

  func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "relay-guard-\(UUID().uuidString)").path
    let place = profiles ?? folder
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let counts = try await count(in: place)
    try? FileManager.default.removeItem(atPath: folder)
    if record {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return try (encoder.encode(counts) + Data("\n".utf8)).write(to: URL(filePath: recorded))
    }
    let before = try JSONDecoder().decode([String: Int].self, from: Data(contentsOf: URL(filePath: recorded)))
    var hasGrown = false
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
      let last = before[name] ?? 0
      let isTooMuch = Double(count) > Double(last) * Self.tolerance
      hasGrown = hasGrown || isTooMuch
      print("\(isTooMuch ? "✘" : "✓") \(name): \(count), was \(last)")
    }
    if hasGrown { throw ExitCode.failure }
  }

  private func count(in folder: String) async throws -> [String: Int] {
    let subject = try await Subject.relay(
      program,
      under: [
        "LD_PRELOAD=\(preload)", "valgrind", "--tool=callgrind", "--quiet", "--separate-threads=yes",
        "--callgrind-out-file=\(folder)/callgrind.%p",
      ])
    let callgrind = Callgrind(process: subject.process.id, folder: folder)
    let result: [String: Int]
    do {
      // Somebody has to be there to see that all was taken in.
      try await subject.swarm.connect(1)
      try await take(Self.notifications, subject)
      let ingest = try await callgrind.count { try await take(Self.notifications, subject) }
      try await subject.swarm.connect(Self.browsers, atATime: 8)
      try await subject.rest()
      let fanOut = try await callgrind.count { try await take(Self.messages, subject) }
      result = [
        "instructions per notification to one browser": ingest.instructions / Self.notifications,
        "allocations per notification to one browser": ingest.allocations / Self.notifications,
        "instructions per delivery": fanOut.instructions / (Self.messages * Self.browsers),
        "allocations per message to \(Self.browsers) browsers": fanOut.allocations / Self.messages,
      ]
    } catch {
      await subject.end()
      throw error
    }
    await subject.end()
    return result
  }

  /// Sends so many messages in bursts and waits until they are delivered.
  private func take(_ count: Int, _ subject: Subject) async throws {
    subject.swarm.reset()
    for sent in stride(from: FanOut.burst, through: count, by: FanOut.burst) {
      await subject.pour(FanOut.burst)
      try await until("a burst has arrived", within: 60) { subject.swarm.complete >= sent }
    }
    try await subject.rest()
  }
}

/// A process that runs under callgrind, which writes a profile for each of its threads.
private struct Callgrind {
  let process: Int32
  let folder: String

  /// Counts what the busiest thread does during some work.
  func count(_ work: () async throws -> Void) async throws -> (instructions: Int, allocations: Int) {
    try control("--zero")
    try await work()
    let before = try profiles()
    try control("--dump")
    let threads = try profiles().subtracting(before).map { profile in
      Self.read(try String(contentsOfFile: folder + "/" + profile, encoding: .utf8))
    }
    guard let busiest = threads.max(by: { $0.instructions < $1.instructions }) else {
      throw BenchmarkError("callgrind wrote no profile")
    }
    return busiest
  }

  private func profiles() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder))
  }

  private func control(_ order: String) throws {
    let command = Process()
    command.executableURL = URL(filePath: "/usr/bin/env")
    command.arguments = ["callgrind_control", order, "\(process)"]
    command.standardOutput = FileHandle.nullDevice
    try command.run()
    command.waitUntilExit()
    guard command.terminationStatus == 0 else { throw BenchmarkError("callgrind_control \(order) failed") }
  }

  /// A profile names a function where it first calls it, with a number that stands for it from then on.
  private static func read(_ profile: String) -> (instructions: Int, allocations: Int) {
    let allocators: Set<Substring> = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"]
    var numbers: Set<Substring> = []
    var (instructions, allocations) = (0, 0)
    var isAllocator = false
    for line in profile.split(separator: "\n") {
      if line.hasPrefix("cfn=") || line.hasPrefix("fn=") {
        let parts = line.split(separator: "=", maxSplits: 1)[1].split(separator: " ", maxSplits: 1)
        if parts.count == 2, allocators.contains(parts[1]) { numbers.insert(parts[0]) }
        if line.hasPrefix("cfn=") { isAllocator = numbers.contains(parts[0]) }
      } else if line.hasPrefix("calls="), isAllocator {
        allocations += line.dropFirst("calls=".count).split(separator: " ").first.flatMap { Int($0) } ?? 0
      } else if line.hasPrefix("summary:") || line.hasPrefix("totals:") {
        instructions = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? instructions
      }
    }
    return (instructions, allocations)
  }
}
