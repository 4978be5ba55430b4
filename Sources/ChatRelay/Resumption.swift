import Storage
import WebSockets

/// What somebody who connects wants to see first.
enum Resumption: Equatable {
  /// Nothing: only what is said from now on.
  case live
  /// What came after a place.
  case since(Cursor)
  /// The client knows a place that no gateway ever gave it.
  case lost
  /// The last messages, so many.
  case latest(Int)

  /// How many messages `history` gives at most.
  static let most = 200

  /// Reads `since` and `history` from a query; the former counts when both are there. Throws a sentence about what is wrong.
  init(_ query: Query) throws(RequestError) {
    if let cursor = query["since"] {
      self = Cursor(cursor).map(Resumption.since) ?? .lost
    } else if let text = query["history"] {
      guard let count = Int(text), count >= 0 else {
        throw RequestError(.invalidKey, "history is a number from 0 to \(Self.most).")
      }
      self = count == 0 ? .live : .latest(min(count, Self.most))
    } else {
      self = .live
    }
  }
}
