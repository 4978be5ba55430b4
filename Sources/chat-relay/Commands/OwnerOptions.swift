import ArgumentParser
import Storage

/// What commands that list what users own take.
struct OwnerOptions: ParsableArguments {
  @Option(help: "Only those that this user owns.")
  var user: String?
  @OptionGroup var general: GeneralOptions
  @OptionGroup var data: DataOptions

  /// Finds what is to be listed, in the order of the ids.
  func list<Thing: Identifiable>(
    _ things: (Directory) -> [Thing.ID: Thing], by owner: (Thing) -> UserID
  ) async throws -> ([Thing], Directory) where Thing.ID: Comparable {
    let directory = try await general.openStore(data).directory()
    let only = try user.map(directory.required)?.id
    let chosen = things(directory).values.filter { only == nil || owner($0) == only }
    return (chosen.sorted { $0.id < $1.id }, directory)
  }
}
