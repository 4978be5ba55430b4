/// What most Helix answers look like: a list, and where it goes on.
struct Page<Item: Decodable>: Decodable {
  let items: [Item]
  /// How many entries were no items.
  let skipped: Int
  /// Where the next page begins; nil on the last.
  let cursor: String?

  private enum CodingKeys: CodingKey { case data, pagination }
  private struct Pagination: Decodable { let cursor: String? }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    let list = try keys.decodeIfPresent(LenientList<Item>.self, forKey: .data)
    items = list?.items ?? []
    skipped = list?.skipped ?? 0
    let cursor = try keys.decodeIfPresent(Pagination.self, forKey: .pagination)?.cursor
    self.cursor = cursor?.isEmpty == true ? nil : cursor
  }
}

/// A list of which only what can be read counts: one odd entry must not hide all others for ever.
struct LenientList<Item: Decodable>: Decodable {
  let items: [Item]
  /// How many entries were no items.
  let skipped: Int

  private struct Entry: Decodable {
    let item: Item?

    init(from decoder: any Decoder) { item = try? Item(from: decoder) }
  }

  init(from decoder: any Decoder) throws {
    let entries = try decoder.singleValueContainer().decode([Entry].self)
    items = entries.compactMap(\.item)
    skipped = entries.count - items.count
  }
}

extension Helix {
  private func page<Item: Decodable>(
    _ call: HelixCall, as token: Token = .app, of _: Item.Type
  ) async throws(HelixError) -> Page<Item> {
    let page = try await send(call, as: token, for: Page<Item>.self)
    noteSkipped(page.skipped, of: call.path)
    return page
  }

  /// Sends a call that answers with a list of one page.
  func list<Item: Decodable>(
    _ call: HelixCall, as token: Token = .app, of _: Item.Type
  ) async throws(HelixError) -> [Item] {
    try await page(call, as: token, of: Item.self).items
  }

  /// Sends calls that answer with a list each, one after another.
  func lists<Item: Decodable>(
    _ calls: [HelixCall], as token: Token = .app, of _: Item.Type
  ) async throws(HelixError) -> [Item] {
    var items: [Item] = []
    for call in calls { items += try await list(call, as: token, of: Item.self) }
    return items
  }

  /// Sends a call that answers with exactly one item.
  func one<Item: Decodable>(
    _ call: HelixCall, as token: Token = .app, of _: Item.Type
  ) async throws(HelixError) -> Item {
    guard let item = try await list(call, as: token, of: Item.self).first else {
      throw .unreadable("no \(Item.self) in the answer")
    }
    return item
  }

  /// Sends a call again with each page's cursor until the last page, and before each does what is to be done then. What is on two
  /// pages, because the list changed between them, is given once.
  func pages<Item: Decodable & Identifiable>(
    _ call: HelixCall, of _: Item.Type, beforeEach prepare: () async throws(HelixError) -> Void = {}
  ) async throws(HelixError) -> [Item] {
    var items: [Item] = []
    var seen: Set<Item.ID> = []
    var cursors: Set<String> = []
    var cursor: String?
    repeat {
      var call = call
      if let cursor { call.query.append(("after", cursor)) }
      try await prepare()
      let page = try await page(call, of: Item.self)
      items += page.items.filter { seen.insert($0.id).inserted }
      cursor = page.cursor
    } while cursor.map { cursors.insert($0).inserted } ?? false  // a cursor that comes back would never end
    return items
  }
}
