/// One thing that is wrong with the configuration, as a sentence that says what would be right.
struct SettingsProblem: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Everything that is wrong with the configuration, told at once.
struct WrongSettings: Error, CustomStringConvertible {
  let problems: [SettingsProblem]

  var description: String {
    guard problems.count > 1 else { return problems.first?.description ?? "" }
    return "\(problems.count) settings are wrong" + problems.map { "\n  \($0)" }.joined()
  }
}
