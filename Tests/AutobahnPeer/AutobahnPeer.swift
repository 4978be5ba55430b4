import Foundation
import Logging
import WebSockets

/// What the Autobahn test suite talks to: a server that sends back what comes, or a client that does so in each case
/// (docs/contributing.md).
@main struct AutobahnPeer {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    let loop = try EventLoop(logger: Logger(label: "autobahn") { _ in SwiftLogNoOpLogHandler() })
    let peer = Peer(on: loop)
    switch arguments.first {
    case "serve":
      let port = try await peer.serve()
      try FileHandle.standardOutput.write(contentsOf: Data("\(port)\n".utf8))
      // Until somebody ends the program.
      while true { try await Task.sleep(for: .seconds(3600)) }
    case "connect" where arguments.count == 2:
      try await peer.runCases(at: arguments[arguments.endIndex - 1])
      await loop.stop()
    default:
      print("usage: AutobahnPeer serve | connect ws://127.0.0.1:9001")
      exit(2)
    }
  }
}
