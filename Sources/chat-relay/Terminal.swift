import Foundation

/// Standard output and standard error, written at once even when they are pipes.
enum Terminal {
  /// Prints a line for whoever asked.
  static func say(_ text: String) { write(text, to: .standardOutput) }

  /// Prints a line beside the output proper.
  static func note(_ text: String) { write(text, to: .standardError) }

  private static func write(_ text: String, to handle: FileHandle) {
    // A reader that went away is no reason to fail: what was asked is done.
    try? handle.write(contentsOf: Data((text + "\n").utf8))
  }
}

extension GeneralOptions {
  /// Prints an outcome: as one line of JSON when that was asked for, else as text.
  func show(_ outcome: some Encodable, _ text: String) throws {
    guard json else { return Terminal.say(text) }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    Terminal.say(String(decoding: try encoder.encode(outcome), as: UTF8.self))
  }
}
