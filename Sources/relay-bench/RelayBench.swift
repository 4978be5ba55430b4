import ArgumentParser

/// `relay-bench`: measures the program beside libwebsockets alone.
@main
struct RelayBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay-bench",
    abstract: "Measures chat-relay under load, and libwebsockets alone beside it.",
    discussion: """
      Runs every case on two cores in less than five minutes and prints one table. docs/performance.md says what the cases are and how \
      they are measured.

      EXAMPLES:
        swift run -c release relay-bench
        swift run -c release relay-bench --case fan-out --case latency
        swift run -c release relay-bench --json > figures.json
        swift run -c release relay-bench --into docs/performance.md
      """,
    subcommands: [RunCommand.self, GuardCommand.self, LibraryCommand.self],
    defaultSubcommand: RunCommand.self)
}

/// Measures.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Measures; what happens unless told otherwise.")

  @Option(
    name: .customLong("case"), help: "A case to measure: \(Case.names). Every one unless given; may be given again.")
  var cases: [Case] = []
  @Flag(help: "Print JSON for programs.")
  var json = false
  @Option(help: "A Markdown file whose table of figures is replaced as well.")
  var into: String?

  func run() async throws {
    FileLimit.raise()
    var report = Report()
    for one in Case.allCases where cases.isEmpty || cases.contains(one) {
      Progress.tell("\(one.rawValue) …")
      report.figures += try await one.measure()
    }
    print(json ? try report.json : report.table)
    if let into { try report.replaceTable(in: into) }
  }
}

/// Serves what libwebsockets alone can do.
struct LibraryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "library", abstract: "Serves with libwebsockets alone, for comparison.", shouldDisplay: false)

  @Argument var upstream: Int32
  @Flag var oneByOne = false
  @Option var rooms: Int32 = 1

  func run() throws {
    guard LibraryServer.serve(upstream: upstream, oneByOne: oneByOne, rooms: rooms) else { throw ExitCode.failure }
  }
}
