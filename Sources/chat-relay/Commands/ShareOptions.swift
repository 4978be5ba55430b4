import ArgumentParser
import Storage

/// What commands that share something take.
struct ShareOptions: ParsableArguments {
  @Option(name: .customLong("with"), help: "The other user's name.")
  var other: String
  @OptionGroup var general: GeneralOptions
  @OptionGroup var data: DataOptions

  /// Opens the store, and finds the other user in it.
  func open() async throws -> (store: Store, directory: Directory, other: User) {
    let store = try await general.openStore(data)
    let directory = try await store.directory()
    return (store, directory, try directory.required(other))
  }
}
