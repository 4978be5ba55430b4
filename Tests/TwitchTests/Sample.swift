import Foundation

/// A payload of Twitch's, one of the files in `Samples/`.
struct Sample {
  /// The file's bytes.
  let data: Data

  /// Reads a sample by its file's name without `.json`.
  init(_ name: String) throws {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Samples")
    data = try Data(contentsOf: folder.appendingPathComponent("\(name).json"))
  }

  /// Takes a payload that a test writes itself.
  init(json: String) {
    data = Data(json.utf8)
  }

  /// Decodes it the way the program decodes answers.
  func decode<Value: Decodable>(_: Value.Type) throws -> Value {
    try JSONDecoder().decode(Value.self, from: data)
  }
}
