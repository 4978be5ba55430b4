public import Metrics
import Synchronization

/// A backend of swift-metrics that Prometheus can scrape: keeps every metric that is made with it, and writes them down as text.
///
/// May be used from any thread. Making a metric takes a lock; counting and setting take none and allocate nothing; what goes into a
/// histogram takes a lock of that histogram. A name belongs to the first kind of metric made under it: another kind under the same
/// name works, but is not written down. What is made again under the same name and labels goes on with the same value.
public final class PrometheusRegistry: MetricsFactory {
  private struct State {
    var families: [String: Family] = [:]
  }

  private let helps: [String: String]
  private let buckets: [String: [Double]]
  private let state = Mutex(State())

  /// Makes an empty registry.
  ///
  /// - Parameters:
  ///   - helps: What the metrics mean, by name.
  ///   - buckets: The upper bounds of histograms, by name and in rising order. A name without has those of
  ///     `Histogram.standardBounds`, which suit seconds.
  public init(helps: [String: String] = [:], buckets: [String: [Double]] = [:]) {
    self.helps = helps
    self.buckets = buckets
  }

  /// Writes down every metric in Prometheus' text format, version 0.0.4, names in alphabetical order.
  public func text() -> String {
    let families = state.withLock { $0.families }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      family.write(name, help: helps[name], to: &text)
    }
    return text
  }

  // What swift-metrics asks for.

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    cell(label, dimensions, .counter) { Count() }
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    cell(label, dimensions, .counter) { Level() }
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    cell(label, dimensions, .gauge) { Level() }
  }

  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    guard aggregate else { return cell(label, dimensions, .gauge) { Level() } }
    return cell(label, dimensions, .histogram) { self.histogram(label) }
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    cell(label, dimensions, .histogram) { self.histogram(label) }
  }

  public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
  public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

  private func histogram(_ name: String) -> Histogram {
    Histogram(bounds: buckets[name] ?? Histogram.standardBounds)
  }

  private func cell<Kept: Cell>(
    _ name: String, _ dimensions: [(String, String)], _ kind: Family.Kind, make: () -> Kept
  ) -> Kept {
    let name = MetricName.safe(name)
    let labels = Labels(dimensions)
    return state.withLock { state in
      var family = state.families[name] ?? Family(kind: kind)
      if let known = family.cells[labels] as? Kept, family.kind == kind { return known }
      let new = make()
      guard family.kind == kind, family.cells[labels] == nil else { return new }
      family.cells[labels] = new
      state.families[name] = family
      return new
    }
  }

  private func remove(_ handler: AnyObject) {
    state.withLock { state in
      for (name, family) in state.families {
        guard let labels = family.cells.first(where: { $0.value === handler })?.key else { continue }
        state.families[name]?.cells[labels] = nil
        if state.families[name]?.cells.isEmpty == true { state.families[name] = nil }
        return
      }
    }
  }
}
