import FoundationEssentials

/// Which keys a configuration file has: what the configuration library does not tell.
struct SettingsFile {
  /// The dotted keys of all values, in alphabetical order.
  let keys: [String]

  /// Throws a sentence about the file.
  init(path: String) throws(SettingsProblem) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw SettingsProblem("the configuration file \(path) cannot be read")
    }
    guard case .object(let members)? = try? JSONDecoder().decode(Node.self, from: data) else {
      throw SettingsProblem("the configuration file \(path) is not a JSON object")
    }
    keys = Self.keys(of: members, below: "").sorted()
  }

  private static func keys(of members: [String: Node], below prefix: String) -> [String] {
    members.flatMap { name, node in
      switch node {
      case .object(let members): keys(of: members, below: prefix + name + ".")
      case .value: [prefix + name]
      }
    }
  }

  private enum Node: Decodable {
    case object([String: Node])
    case value

    init(from decoder: any Decoder) throws {
      let members = try? decoder.singleValueContainer().decode([String: Node].self)
      self = members.map(Node.object) ?? .value
    }
  }
}
