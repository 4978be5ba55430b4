import Configuration
import FoundationEssentials

/// Reads settings, flags over environment over file, and collects what is wrong with them.
///
/// A wrong value reads as its default, so that reading goes on and ``finish()`` can report everything at once.
struct SettingsReader {
  private let flags: [Setting: String]
  private let environment: [String: String]
  private let filePath: String?
  private let fileKeys: Set<String>
  private let values: ConfigReader
  private var problems: [SettingsProblem] = []

  /// Takes the three layers. An empty variable counts as not set, since that is how container tools pass what they lack.
  init(flags: [Setting: String], environment: [String: String], filePath: String?) async {
    self.flags = flags
    self.environment = environment.filter { !$0.value.isEmpty }
    self.filePath = filePath
    // A flag stands for its variable, so both are converted alike.
    let given = Dictionary(uniqueKeysWithValues: flags.map { ($0.key.variable, $0.value) })
    let variables = EnvironmentVariablesProvider(
      environmentVariables: self.environment.merging(given) { _, flag in flag },
      secretsSpecifier: .dynamic { name, _ in Setting.allCases.contains { $0.isSecret && $0.variable == name } }
    ).mapKeys { $0.components.first == "twitch" ? $0 : $0.prepending("chat_relay") }
    var providers: [any ConfigProvider] = [variables]
    var keys: [String] = []
    do {
      if let filePath {
        keys = try SettingsFile(path: filePath).keys
        providers.append(try await Self.provider(of: filePath))
      }
    } catch {
      problems.append(error as? SettingsProblem ?? SettingsProblem("the configuration file is wrong: \(error)"))
    }
    fileKeys = Set(keys)
    values = ConfigReader(providers: providers)
    reportUnknown(keys)
  }

  /// The text of a setting, or nothing when it is set nowhere.
  mutating func text(_ setting: Setting) -> String? {
    read(setting, "a text") { try $0.requiredString(forKey: setting.key, isSecret: setting.isSecret) }
  }

  /// A whole number within bounds.
  mutating func number(_ setting: Setting, in range: ClosedRange<Int>, else standard: Int) -> Int {
    let rule = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let number = read(setting, rule) { try $0.requiredInt(forKey: setting.key) }
    guard let number else { return standard }
    if !range.contains(number) { refuse(setting, rule) }
    return number
  }

  /// A JSON array in the file, a text with commas elsewhere.
  mutating func list(_ setting: Setting) -> [String]? {
    read(setting, "a list of texts") { try $0.requiredStringArray(forKey: setting.key) }
  }

  /// A text that has to be there; `advice` says where it comes from.
  mutating func required(_ setting: Setting, _ advice: String) -> String {
    if let text = text(setting) { return text }
    if !isSet(setting) {
      problems.append(SettingsProblem("\(setting.variable) (\(setting.flag)) is missing; \(advice)"))
    }
    return ""
  }

  /// Notes that a value breaks a rule, which is worded to follow "must be".
  mutating func refuse(_ setting: Setting, _ rule: String) {
    problems.append(SettingsProblem("\(origin(of: setting))\(shownValue(of: setting)) must be \(rule)"))
  }

  /// Throws ``WrongSettings`` when anything was wrong.
  func finish() throws(WrongSettings) {
    if !problems.isEmpty { throw WrongSettings(problems: problems) }
  }

  private mutating func read<Value>(
    _ setting: Setting, _ rule: String, _ value: (ConfigReader) throws -> Value
  ) -> Value? {
    guard isSet(setting) else { return nil }
    do {
      return try value(values)
    } catch {
      refuse(setting, rule)
      return nil
    }
  }

  private func isSet(_ setting: Setting) -> Bool {
    flags[setting] != nil || environment[setting.variable] != nil || fileKeys.contains(setting.rawValue)
  }

  /// Names the place to correct.
  private func origin(of setting: Setting) -> String {
    if flags[setting] != nil { return setting.flag }
    if environment[setting.variable] != nil { return setting.variable }
    return "\"\(setting.rawValue)\" in \(filePath ?? "the configuration file")"
  }

  private func shownValue(of setting: Setting) -> String {
    guard !setting.isSecret, let text = flags[setting] ?? environment[setting.variable] else { return "" }
    return " is '\(text)' and"
  }

  private mutating func reportUnknown(_ keys: [String]) {
    let known = Set(Setting.allCases.map(\.rawValue))
    for key in keys where !known.contains(key) {
      let place = filePath ?? "the configuration file"
      problems.append(SettingsProblem("\"\(key)\" in \(place) is no setting; docs/configuration.md lists them all"))
    }
  }

  private static func provider(of filePath: String) async throws -> FileProvider<JSONSnapshot> {
    let location = InMemoryProvider(values: ["filePath": ConfigValue(.string(filePath), isSecret: false)])
    return try await FileProvider(config: ConfigReader(provider: location))
  }
}

extension Setting {
  fileprivate var key: ConfigKey { ConfigKey(rawValue) }
}
