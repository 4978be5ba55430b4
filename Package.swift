// swift-tools-version: 6.2

import PackageDescription

/// What every target is compiled with (docs/contributing.md says why).
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  // Accesses that exclude each other are looked for by the tests, in debug builds: a twentieth of what a message costs.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// Swift's libraries become part of a release: it needs no toolchain where it runs, and starts sooner. lld, since gold warns of what
/// is in Foundation. Not where the tests are built as a release (docs/contributing.md): there is no Swift Testing to link in.
let included = Context.environment["CHAT_RELAY_RELEASE_TESTS"] == nil ? ["-static-stdlib"] : []
let standalone = (
  compiled: SwiftSetting.unsafeFlags(included, .when(configuration: .release)),
  linked: LinkerSetting.unsafeFlags(included + ["-use-ld=lld"], .when(configuration: .release))
)

let package = Package(
  name: "chat-relay",
  products: [
    .executable(name: "chat-relay", targets: ["chat-relay"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibWebSockets",
      pkgConfig: "libwebsockets",
      providers: [.apt(["libwebsockets-dev", "libwebsockets-evlib-ev"])]
    ),
    .target(
      name: "WebSockets",
      dependencies: [
        "CLibWebSockets",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "Twitch",
      dependencies: [
        "WebSockets",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "Storage",
      dependencies: [
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "Prometheus",
      dependencies: [.product(name: "Metrics", package: "swift-metrics")],
      swiftSettings: settings
    ),
    .target(
      name: "TwitchSimulator",
      dependencies: [
        "WebSockets",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "ChatRelay",
      dependencies: [
        "Prometheus", "Storage", "Twitch", "WebSockets",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "chat-relay",
      dependencies: [
        "ChatRelay", "Storage", "Twitch", "TwitchSimulator", "WebSockets",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings + [standalone.compiled],
      linkerSettings: [standalone.linked]
    ),
    // `swift run -c release relay-bench` (docs/performance.md). It runs the program that is built beside it.
    .target(name: "CRelayBench", dependencies: ["CLibWebSockets"]),
    .executableTarget(
      name: "relay-bench",
      dependencies: [
        "CRelayBench", "Storage", "TwitchSimulator", "WebSockets", "chat-relay",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings + [standalone.compiled],
      linkerSettings: [standalone.linked]
    ),
    // What several of the test targets need.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
      name: "WebSocketsTests",
      dependencies: [
        "CLibWebSockets",
        "WebSockets",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    // What the Autobahn test suite talks to (.ci/autobahn).
    .executableTarget(
      name: "AutobahnPeer",
      dependencies: ["WebSockets", .product(name: "Logging", package: "swift-log")],
      path: "Tests/AutobahnPeer",
      swiftSettings: settings
    ),
    .testTarget(
      name: "TwitchTests",
      dependencies: [
        "TestSupport", "Twitch", "TwitchSimulator", "WebSockets",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      resources: [.copy("Samples")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "StorageTests",
      dependencies: ["Storage", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "PrometheusTests",
      dependencies: ["Prometheus", .product(name: "Metrics", package: "swift-metrics")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "TwitchSimulatorTests",
      dependencies: [
        "TwitchSimulator", "WebSockets",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ChatRelayTests",
      dependencies: [
        "ChatRelay", "Storage", "TestSupport", "Twitch", "TwitchSimulator", "WebSockets",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "ChatRelay", "Storage", "TestSupport", "Twitch", .product(name: "HeapModule", package: "swift-collections"),
      ],
      // Thousands of schedules in every run of the tests.
      swiftSettings: settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]
    ),
    .testTarget(
      name: "FaultTests",
      dependencies: [
        "chat-relay", "Storage", "TestSupport", "TwitchSimulator", "WebSockets",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "chat-relay", "Storage", "TestSupport", "Twitch", "TwitchSimulator", "WebSockets",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
  ],
  swiftLanguageModes: [.v6]
)

// `.ci/fuzz` builds with libFuzzer: our code instrumented and open to the fuzz targets, and the program without its entry.
if Context.environment["CHAT_RELAY_FUZZ"] != nil {
  let program = package.targets.first { $0.name == "chat-relay" }
  package.products = []
  package.targets.removeAll { $0.name == "chat-relay" || $0.isTest }
  package.targets += [
    .target(
      name: "chat-relay", dependencies: program?.dependencies ?? [], exclude: ["ChatRelayCommand.swift"],
      swiftSettings: settings),
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzzing/CFuzzer"),
    .executableTarget(
      name: "Fuzzing",
      dependencies: [
        "CFuzzer", "ChatRelay", "Storage", "Twitch", "WebSockets", "chat-relay",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Fuzzing",
      exclude: ["CFuzzer", "Dictionaries"],
      swiftSettings: settings,
      // gold does not link libFuzzer. LeakSanitizer takes half of the time, so it has a program of its own.
      linkerSettings: [
        .unsafeFlags(
          ["-sanitize=fuzzer", "-use-ld=lld"]
            + (Context.environment["CHAT_RELAY_FUZZ"] == "leaks" ? ["-Xclang-linker", "-fsanitize=leak"] : []))
      ]
    ),
  ]
  let instrumented: Set = ["WebSockets", "Twitch", "Storage", "ChatRelay", "chat-relay", "Fuzzing"]
  for target in package.targets where instrumented.contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer", "-enable-testing", "-assert-config", "Debug"]))
  }
}
