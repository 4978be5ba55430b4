/// All subscriptions, found by id or by what they are about.
struct Subscriptions {
  typealias Subscription = Simulator.Subscription
  typealias ID = Identifier<Subscription>

  /// What an event is looked up by: its type and the one user or application it concerns.
  struct Topic: Hashable {
    let type: String
    let subject: String
  }

  /// Whose subscriptions are counted together.
  struct Owner: Hashable {
    let client: Identifier<Simulator.Client>
    let user: Identifier<Simulator.User>?
  }

  /// What an owner has: everything listed, and what the living ones cost.
  struct Sum {
    var count = 0
    var cost = 0
  }

  /// What is listed together.
  enum Selection: Hashable {
    case all
    case of(Owner)
    case on(Identifier<Simulator.Conduit>)
  }

  private var byID: [ID: Subscription] = [:]
  /// Numbers and ids, oldest first. Each list is kept as it is asked for: with 10,000 channels one has 800 pages.
  private var lists: [Selection: [(number: Int, id: ID)]] = [:]
  private var sums: [Owner: Sum] = [:]
  private var byTopic: [Topic: Set<ID>] = [:]
  private var lastNumber = 0

  subscript(_ id: ID) -> Subscription? { byID[id] }

  /// Oldest first.
  var all: [Subscription] { subscriptions(.all, 0..<count(.all)) }

  func count(_ selection: Selection) -> Int { lists[selection]?.count ?? 0 }

  /// Some of a selection, oldest first.
  func subscriptions(_ selection: Selection, _ places: Range<Int>) -> [Subscription] {
    lists[selection]?[places].compactMap { byID[$0.id] } ?? []
  }

  private(set) var enabledCount = 0

  func sum(of owner: Owner) -> Sum { sums[owner] ?? Sum() }

  mutating func nextNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  mutating func insert(_ subscription: Subscription) {
    byID[subscription.id] = subscription
    for selection in selections(of: subscription) {
      lists[selection, default: []].append((subscription.number, subscription.id))
    }
    byTopic[topic(of: subscription), default: []].insert(subscription.id)
    count(subscription, 1)
  }

  @discardableResult
  mutating func remove(_ id: ID) -> Subscription? {
    guard let subscription = byID.removeValue(forKey: id) else { return nil }
    for selection in selections(of: subscription) {
      let index = lists[selection]?.partitioningIndex { $0.number >= subscription.number }
      if let index { lists[selection]?.remove(at: index) }
    }
    byTopic[topic(of: subscription)]?.remove(id)
    count(subscription, -1)
    return subscription
  }

  mutating func change(_ id: ID, _ change: (inout Subscription) -> Void) {
    guard var subscription = byID[id] else { return }
    count(subscription, -1)
    change(&subscription)
    count(subscription, 1)
    byID[id] = subscription
  }

  private mutating func count(_ subscription: Subscription, _ step: Int) {
    sums[subscription.owner, default: Sum()].count += step
    if subscription.isAlive { sums[subscription.owner, default: Sum()].cost += step * subscription.cost }
    if subscription.isEnabled { enabledCount += step }
  }

  /// Those that want an event, oldest first.
  func enabled(_ topic: Topic) -> [Subscription] {
    (byTopic[topic] ?? []).compactMap { byID[$0] }.filter(\.isEnabled).sorted { $0.number < $1.number }
  }

  /// Those with a type and condition that count against limits.
  func alive(like type: String, _ condition: [String: String], client: Identifier<Simulator.Client>) -> [Subscription] {
    let subject = condition["broadcaster_user_id"] ?? condition["user_id"] ?? condition["client_id"] ?? ""
    return (byTopic[Topic(type: type, subject: subject)] ?? []).compactMap { byID[$0] }
      .filter { $0.isAlive && $0.client == client && $0.condition == condition }
  }

  private func selections(of subscription: Subscription) -> [Selection] {
    var selections = [Selection.all, .of(subscription.owner)]
    if case .conduit(let id) = subscription.transport { selections.append(.on(id)) }
    return selections
  }

  private func topic(of subscription: Subscription) -> Topic {
    let condition = subscription.condition
    let subject = condition["broadcaster_user_id"] ?? condition["user_id"] ?? condition["client_id"] ?? ""
    return Topic(type: subscription.type.name, subject: subject)
  }
}
