import Logging
import Storage

extension GeneralOptions {
  /// Opens the store of a command that needs nothing else.
  func openStore(_ data: DataOptions) async throws -> Store {
    var reader = await reader(data)
    let settings = DataSettings(&reader)
    _ = reader.logger(from: .error)
    try reader.finish()
    return try await settings.openStore()
  }
}
