import Metrics
import Prometheus
import Testing

@Suite struct PrometheusRegistryTests {
  @Test func everyKindIsWrittenDownAsPrometheusReadsIt() {
    let registry = PrometheusRegistry(
      helps: ["requests_total": "How many came.\nAll \\ of them."], buckets: ["wait_seconds": [0.1, 1]])
    Counter(label: "requests_total", dimensions: [("type", "text")], factory: registry).increment(by: 2)
    Counter(label: "requests_total", dimensions: [("type", "emote")], factory: registry).increment()
    Gauge(label: "level", factory: registry).record(0.5)
    Meter(label: "open", factory: registry).set(3)
    let wait = Recorder(label: "wait_seconds", factory: registry)
    for value in [0.05, 0.1, 0.5, 7] { wait.record(value) }
    Timer(label: "took_seconds", factory: registry).recordNanoseconds(2_000_000)
    #expect(
      registry.text().hasPrefix(
        #"""
        # TYPE level gauge
        level 0.5
        # TYPE open gauge
        open 3
        # HELP requests_total How many came.\nAll \\ of them.
        # TYPE requests_total counter
        requests_total{type="emote"} 1
        requests_total{type="text"} 2
        # TYPE took_seconds histogram
        took_seconds_bucket{le="0.001"} 0
        took_seconds_bucket{le="0.0025"} 1

        """#))
    #expect(
      registry.text().hasSuffix(
        #"""
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="0.1"} 2
        wait_seconds_bucket{le="1"} 3
        wait_seconds_bucket{le="+Inf"} 4
        wait_seconds_sum 7.65
        wait_seconds_count 4

        """#))
  }

  @Test func whatCouldBreakTheFormatIsTakenOutOfNamesAndEscapedInLabels() {
    let registry = PrometheusRegistry()
    Counter(label: "9 lives.of-a", dimensions: [("a b", "x\"\\\ny")], factory: registry).increment()
    #expect(registry.text() == "# TYPE __lives_of_a counter\n__lives_of_a{a_b=\"x\\\"\\\\\\ny\"} 1\n")
  }

  @Test func theSameNameAndLabelsAreTheSameMetric() {
    let registry = PrometheusRegistry()
    Counter(label: "a", dimensions: [("x", "1"), ("y", "2")], factory: registry).increment()
    Counter(label: "a", dimensions: [("y", "2"), ("x", "1")], factory: registry).increment()
    Meter(label: "a", factory: registry).set(7)
    #expect(registry.text() == "# TYPE a counter\na{x=\"1\",y=\"2\"} 2\n")
  }

  @Test func whatIsDestroyedIsGone() {
    let registry = PrometheusRegistry()
    let gone = Counter(label: "a", factory: registry)
    gone.increment()
    gone.destroy()
    #expect(registry.text() == "")
    Counter(label: "a", factory: registry).increment()
    #expect(registry.text() == "# TYPE a counter\na 1\n")
  }

  @Test func countsFromManyThreadsAreAllThere() async {
    let registry = PrometheusRegistry()
    let counter = Counter(label: "a", factory: registry)
    let meter = Meter(label: "b", factory: registry)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            counter.increment()
            meter.increment()
          }
        }
      }
    }
    #expect(registry.text() == "# TYPE a counter\na 8000\n# TYPE b gauge\nb 8000\n")
  }
}
