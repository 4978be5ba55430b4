/// Rows of text in aligned columns, for people.
struct Table: CustomStringConvertible {
  private var rows: [[String]]

  init(_ columns: [String], _ rows: [[String]]) {
    self.rows = [columns.map { $0.uppercased() }] + rows
  }

  var description: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].width }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.width) }
      return String(cells.joined(separator: "  ").trimmingSuffix { $0 == " " })
    }.joined(separator: "\n")
  }
}

extension String {
  /// How many columns of a terminal it takes.
  fileprivate var width: Int { reduce(0) { $0 + ($1.isWide ? 2 : 1) } }

  fileprivate func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> Substring {
    var text = self[...]
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return text
  }
}

extension Character {
  /// Whether terminals give it two columns: East Asian scripts and pictures (Unicode Standard Annex 11), roughly.
  fileprivate var isWide: Bool {
    guard let first = unicodeScalars.first else { return false }
    return switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
