import FoundationEssentials

/// What the whole program uses of the machine, as Linux says.
struct ProcessUsage: Equatable {
  var openDescriptors: Int?
  var descriptorLimit: Int?
  var residentBytes: Int?
  var virtualBytes: Int?
  var processorSeconds: Double?
  var startedAt: Double?

  /// Linux counts processor time in hundredths of a second, whatever its own clock does (proc(5), sysconf(3)).
  private static let ticksPerSecond = 100.0

  /// Looks it up. Reads files, so that it is nothing for the event loop's thread.
  static func current() -> ProcessUsage {
    ProcessUsage(
      status: text(of: "/proc/self/status"), stat: text(of: "/proc/self/stat"), limits: text(of: "/proc/self/limits"),
      machine: text(of: "/proc/stat"),
      // Reading the list opens one more.
      openDescriptors: (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { $0.count - 1 })
  }

  /// Reads the files' texts; what is not in them stays unknown.
  init(status: String, stat: String, limits: String, machine: String, openDescriptors: Int?) {
    self.openDescriptors = openDescriptors
    descriptorLimit = Self.number(after: "Max open files", in: limits)
    residentBytes = Self.number(after: "VmRSS:", in: status).map { $0 * 1024 }
    virtualBytes = Self.number(after: "VmSize:", in: status).map { $0 * 1024 }
    // The program's name comes second, in parentheses, and may have anything in it.
    let fields = stat.lastIndex(of: ")").map { stat[stat.index(after: $0)...].split(separator: " ") } ?? []
    guard fields.count > 19, let user = Double(fields[11]), let system = Double(fields[12]) else { return }
    processorSeconds = (user + system) / Self.ticksPerSecond
    guard let start = Double(fields[19]), let boot = Self.number(after: "btime", in: machine) else { return }
    startedAt = Double(boot) + start / Self.ticksPerSecond
  }

  private static func text(of path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private static func number(after word: String, in text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(word) }) else { return nil }
    return line.dropFirst(word.count).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
  }
}
