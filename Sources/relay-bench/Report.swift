import Foundation
import Glibc

/// One row of the table.
struct Figure: Encodable {
  /// What is to be reached.
  enum Goal {
    /// By the program's value divided by that of libwebsockets writing slices.
    case ratio(atLeast: Double)
    case ratioAtMost(Double)
    case value(atLeast: Double)
    case valueAtMost(Double)
  }

  /// In which case it was measured.
  var of: Case
  var name: String
  var unit: String
  /// What was measured, for each that was.
  var values: [Kind: Double]
  var goal: Goal?

  /// The program's value, by what libwebsockets reached with slices.
  var ratio: Double? {
    guard let relay = values[.relay], let slices = values[.slices], slices > 0 else { return nil }
    return relay / slices
  }

  /// `nil` where there is no goal.
  var isReached: Bool? {
    switch goal {
    case nil: nil
    case .ratio(let least)?: ratio.map { $0 >= least }
    case .ratioAtMost(let most)?: ratio.map { $0 <= most }
    case .value(let least)?: values[.relay].map { $0 >= least }
    case .valueAtMost(let most)?: values[.relay].map { $0 <= most }
    }
  }

  var goalText: String {
    switch goal {
    case nil: ""
    case .ratio(let least)?: "ratio ≥ \(least)"
    case .ratioAtMost(let most)?: "ratio ≤ \(most)"
    case .value(let least)?: "≥ \(Report.text(least))"
    case .valueAtMost(let most)?: "≤ \(Report.text(most))"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case of = "case"
    case name, unit, relay, slices, oneByOne, ratio, goal, reached
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(of.rawValue, forKey: .of)
    try container.encode(name, forKey: .name)
    try container.encode(unit, forKey: .unit)
    try container.encodeIfPresent(values[.relay], forKey: .relay)
    try container.encodeIfPresent(values[.slices], forKey: .slices)
    try container.encodeIfPresent(values[.oneByOne], forKey: .oneByOne)
    try container.encodeIfPresent(ratio, forKey: .ratio)
    if goal != nil { try container.encode(goalText, forKey: .goal) }
    try container.encodeIfPresent(isReached, forKey: .reached)
  }
}

/// All figures of a run, for people and programs.
struct Report {
  var figures: [Figure] = []

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.keyEncodingStrategy = .convertToSnakeCase
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(figures), as: UTF8.self)
    }
  }

  /// A Markdown table that can be read as it is.
  var table: String {
    let head = ["case", "figure", "unit", "chat-relay", "slices", "one by one", "ratio", "goal", ""]
    let rows = figures.map { figure in
      [figure.of.rawValue, figure.name, figure.unit] + Kind.allCases.map { Self.text(figure.values[$0]) }
        + [
          figure.ratio.map { String(format: "%.2f", $0) } ?? "", figure.goalText,
          figure.isReached.map { $0 ? "✓" : "✗" } ?? "",
        ]
    }
    let widths = head.indices.map { column in ([head] + rows).reduce(2) { max($0, $1[column].count) } }
    func line(_ cells: [String]) -> String {
      "| "
        + zip(cells, widths).enumerated().map { column, cell in
          let space = String(repeating: " ", count: cell.1 - cell.0.count)
          return (3...6).contains(column) ? space + cell.0 : cell.0 + space
        }.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { column, width in
      String(repeating: "-", count: width - 1) + ((3...6).contains(column) ? ":" : "-")
    }
    return ([line(head), line(rule)] + rows.map(line)).joined(separator: "\n")
  }

  /// Three digits that count.
  static func text(_ value: Double?) -> String {
    guard let value else { return "" }
    if value >= 1e6 { return String(format: "%.2f M", value / 1e6) }
    if value >= 1e4 { return String(format: "%.0f k", value / 1e3) }
    return value >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value)
  }

  private static let marks = (start: "<!-- figures -->", end: "<!-- end of figures -->")

  /// Puts the table between the marks of a Markdown file, with the machine and the time.
  func replaceTable(in path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let start = text.range(of: Self.marks.start), let end = text.range(of: Self.marks.end) else {
      throw BenchmarkError("\(path) has no place for figures: \(Self.marks.start)")
    }
    let date = Date.now.formatted(.iso8601.year().month().day())
    let machine = "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(date)"
    let new = text[..<start.upperBound] + "\n\(machine)\n\n\(table)\n" + text[end.lowerBound...]
    try String(new).write(toFile: path, atomically: true, encoding: .utf8)
  }
}

/// What is under way, for whoever waits.
enum Progress {
  static func tell(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
