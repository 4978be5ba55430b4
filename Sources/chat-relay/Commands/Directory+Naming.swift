public import ArgumentParser
public import Storage

/// Finds what a command line names, or says that it does not exist.
extension Directory {
  func required(_ username: String) throws(StorageError) -> User {
    guard let user = user(named: username) else { throw .notFound("user '\(username)'") }
    return user
  }

  func required(_ id: AccountID) throws(StorageError) -> Account {
    guard let account = accounts[id] else { throw .notFound("account \(id)") }
    return account
  }

  func required(_ id: StreamID) throws(StorageError) -> Storage.Stream {
    guard let stream = streams[id] else { throw .notFound("stream \(id)") }
    return stream
  }

  /// The name of somebody who may be gone by now.
  func username(of id: UserID) -> String { users[id]?.username ?? "?" }
}

extension AccountID: ExpressibleByArgument {}
extension StreamID: ExpressibleByArgument {}

extension ExpressibleByArgument where Self: RawRepresentable, RawValue == Int64 {
  /// Reads the number of something; the first one is 1.
  public init?(argument: String) {
    guard let number = Int64(argument), number > 0 else { return nil }
    self.init(rawValue: number)
  }
}
