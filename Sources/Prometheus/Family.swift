/// All metrics of one name, which differ in their labels.
struct Family {
  /// What Prometheus is told about them.
  enum Kind: String {
    case counter
    case gauge
    case histogram
  }

  var kind: Kind
  var cells: [Labels: any Cell] = [:]

  /// Writes the lines of one name: what it means, what kind it is, and the values, in the order of the labels.
  func write(_ name: String, help: String?, to text: inout String) {
    if let help {
      let safe = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
      text += "# HELP \(name) \(safe)\n"
    }
    text += "# TYPE \(name) \(kind.rawValue)\n"
    for (labels, cell) in cells.sorted(by: { $0.key.text < $1.key.text }) { cell.write(name, labels, to: &text) }
  }
}

/// The value of one metric: something that may be changed from any thread, and written down.
protocol Cell: AnyObject, Sendable {
  func write(_ name: String, _ labels: Labels, to text: inout String)
}

/// What tells the metrics of one name apart, as it stands between the braces.
struct Labels: Hashable {
  let text: String

  init(_ dimensions: [(String, String)]) {
    text = dimensions.sorted { $0.0 < $1.0 }.map { "\(MetricName.safe($0.0))=\"\(Self.escaped($0.1))\"" }
      .joined(separator: ",")
  }

  /// The labels in braces, one more of them or not; nothing when there are none.
  func inBraces(and further: String? = nil) -> String {
    let parts = [text, further ?? ""].filter { !$0.isEmpty }
    return parts.isEmpty ? "" : "{" + parts.joined(separator: ",") + "}"
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}

/// What Prometheus takes for a name.
enum MetricName {
  /// The name with an underscore for whatever may not be in one.
  static func safe(_ name: String) -> String {
    var safe = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "_": safe.append(scalar)
      case "0"..."9" where !safe.isEmpty: safe.append(scalar)
      default: safe.append("_")
      }
    }
    return safe.isEmpty ? "_" : String(safe)
  }
}
