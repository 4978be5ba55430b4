import FoundationEssentials
import HTTPTypes
import WebSockets

/// The faults that are still to happen, in the order in which they were asked for.
struct Faults {
  private struct Pending<Fault> {
    let fault: Fault
    /// nil for ever.
    var left: Int?

    init(_ fault: Fault, times: Int?) {
      self.fault = fault
      left = times == 0 ? nil : times ?? 1
    }
  }

  private var calls: [Pending<Simulator.CallFault>] = []
  private var deliveries: [Pending<Simulator.DeliveryFault>] = []
  private var shards: [String: Int] = [:]

  var pendingCalls: [Simulator.CallFault] { calls.map(\.fault) }
  var pendingDeliveries: [Simulator.DeliveryFault] { deliveries.map(\.fault) }

  mutating func add(_ fault: Simulator.CallFault) { calls.append(Pending(fault, times: fault.times)) }
  mutating func add(_ fault: Simulator.DeliveryFault) { deliveries.append(Pending(fault, times: fault.times)) }
  mutating func failShard(_ shard: String, times: Int) { shards[shard] = times }
  mutating func removeAll() { self = Faults() }

  /// The fault that hits this call, used up by one.
  mutating func takeCall(_ method: String, _ path: String) -> Simulator.CallFault? {
    Faults.take(from: &calls) { $0.concerns(method, path) }
  }

  mutating func takeDelivery(_ type: String, shard: String) -> Simulator.DeliveryFault? {
    Faults.take(from: &deliveries) { ($0.type ?? type) == type && ($0.shard ?? shard) == shard }
  }

  mutating func takeShardFailure(_ shard: String) -> Bool {
    guard let left = shards[shard] else { return false }
    shards[shard] = left <= 1 ? nil : left - 1
    return true
  }

  private static func take<Fault>(from list: inout [Pending<Fault>], where concerns: (Fault) -> Bool) -> Fault? {
    guard let index = list.firstIndex(where: { concerns($0.fault) }) else { return nil }
    let fault = list[index].fault
    if let left = list[index].left {
      if left <= 1 { list.remove(at: index) } else { list[index].left = left - 1 }
    }
    return fault
  }
}

extension Simulator.CallFault {
  func concerns(_ method: String, _ path: String) -> Bool {
    if let wanted = self.method, wanted.uppercased() != method { return false }
    guard let wanted = self.path else { return true }
    return wanted.hasSuffix("*") ? path.hasPrefix(wanted.dropLast()) : path == wanted
  }

  var effectiveOutcome: Outcome { outcome ?? (status == nil ? .pass : .answer) }

  var response: Response {
    let status = status ?? 500
    var response = Response(HTTPResponse.Status(code: status), body: Data((body ?? "").utf8))
    if let message { response = HelixFailure(status, message).response }
    for (name, value) in headers ?? [:] {
      if let name = HTTPField.Name(name) { response.headers[name] = value }
    }
    return response
  }
}
