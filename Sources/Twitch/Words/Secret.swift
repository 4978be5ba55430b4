/// A token, a client secret or a webhook secret: text that never prints itself.
///
/// Interpolating, logging, dumping or mirroring one shows a placeholder. The only way to the text is `reveal()`, so each
/// place where a secret leaves the program can be found by that word.
public struct Secret: Hashable, Sendable {
  private let text: String

  /// Wraps the text.
  public init(_ text: String) { self.text = text }

  /// Gives the text itself, to be sent or sealed and to be put nowhere else.
  public func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<secret>" }
  public var debugDescription: String { "<secret>" }
  public var customMirror: Mirror { Mirror(self, unlabeledChildren: [String]()) }
}
