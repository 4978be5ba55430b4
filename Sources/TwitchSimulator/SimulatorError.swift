/// Why the simulator could not do what it was told; the control API answers these with 4xx.
public enum SimulatorError: Error, CustomStringConvertible, Sendable, Equatable {
  /// Nothing has this name or id; look it up in the matching list.
  case unknown(kind: String, name: String)
  /// The instruction cannot be followed as it stands; the text says why.
  case invalid(String)
  /// What was waited for did not come in time.
  case timedOut

  public var description: String {
    switch self {
    case .unknown(let kind, let name): "no \(kind) is called \(name)"
    case .invalid(let reason): reason
    case .timedOut: "what was waited for did not come in time"
    }
  }
}
