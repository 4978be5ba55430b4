import FoundationEssentials

extension SettingsReader {
  /// An address with one of these schemes, a host, and neither query nor fragment.
  mutating func address(_ setting: Setting, schemes: [String]) -> String? {
    guard let text = text(setting) else { return nil }
    if !Self.isAddress(text, schemes) {
      refuse(setting, "an address that begins with \(schemes.map { $0 + "://" }.joined(separator: " or "))")
    }
    return text
  }

  /// Addresses as `Origin` headers have them: scheme, host and port alone.
  mutating func origins(_ setting: Setting) -> [String]? {
    guard let origins = list(setting) else { return nil }
    let areRight = origins.allSatisfy { origin in
      Self.isAddress(origin, ["https", "http"])
        && origin.split(separator: "/", omittingEmptySubsequences: false).count == 3
    }
    if !areRight { refuse(setting, "a list of origins such as https://example.com, without a slash at their end") }
    return origins
  }

  private static func isAddress(_ text: String, _ schemes: [String]) -> Bool {
    guard let url = URL(string: text), let scheme = url.scheme, let host = url.host() else { return false }
    return schemes.contains(scheme) && !host.isEmpty && url.query() == nil && url.fragment() == nil
  }
}
