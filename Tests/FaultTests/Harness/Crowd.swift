import Foundation
import Glibc

/// Thousands of browsers that come at once, each served when the gateway has answered its first request.
///
/// Runs on a thread of its own until all are served or the time is up.
final class Crowd: @unchecked Sendable {
  // @unchecked: everything but `result` belongs to the one thread that `run` starts, and `result` is read after its end.
  private enum Phase {
    case connecting, shakingHands, asking
  }

  private let port: Int
  private let request: [UInt8]
  /// Those that wait for something, and what each waits for, at the same places.
  private var waiting: [pollfd] = []
  private var phases: [Phase] = []
  private var descriptors: [Int32] = []
  private var servedCount = 0
  private var failedCount = 0

  /// How many were served, how many failed, and after how many seconds the last one was served.
  struct Outcome: Sendable {
    var served: Int
    var failed: Int
    var seconds: Double
  }

  init(port: Int, target: String) {
    self.port = port
    request = RawBrowser.handshake(target)
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  /// Lets so many come within a second, and waits until all have been served. They stay until this is released.
  func come(_ count: Int, within seconds: Double) async -> Outcome {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in continuation.resume(returning: run(count, seconds)) }
    }
  }

  private func run(_ count: Int, _ seconds: Double) -> Outcome {
    let began = ContinuousClock.now
    var last = 0.0
    var come = 0
    func elapsed() -> Double { (ContinuousClock.now - began) / .seconds(1) }
    while elapsed() < seconds, servedCount + failedCount < count {
      let due = min(count, Int(elapsed() * Double(count)) + 1)
      while come < due {
        dial()
        come += 1
      }
      let before = servedCount
      look(milliseconds: come < count ? 2 : 50)
      if servedCount > before { last = elapsed() }
    }
    return Outcome(served: servedCount, failed: failedCount, seconds: last)
  }

  private func dial() {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return failedCount += 1 }
    descriptors.append(descriptor)
    _ = unsafe RawBrowser.loopback(port) { unsafe connect(descriptor, $0, $1) }
    waiting.append(pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0))
    phases.append(.connecting)
  }

  private func look(milliseconds: Int32) {
    guard unsafe poll(&waiting, nfds_t(waiting.count), milliseconds) > 0 else { return }
    for place in waiting.indices.reversed() where waiting[place].revents != 0 {
      guard let next = advance(waiting[place].fd, phases[place]) else {
        // The last one takes the place of one that waits for nothing any more.
        waiting.swapAt(place, waiting.count - 1)
        phases.swapAt(place, phases.count - 1)
        waiting.removeLast()
        phases.removeLast()
        continue
      }
      phases[place] = next
      waiting[place].events = Int16(POLLIN)
    }
  }

  /// What a browser waits for next; `nil` when it was served, or failed.
  private func advance(_ descriptor: Int32, _ phase: Phase) -> Phase? {
    switch phase {
    case .connecting:
      if put(request, on: descriptor) { return .shakingHands }
    case .shakingHands:
      if take(descriptor).starts(with: Array("HTTP/1.1 101".utf8)), put(Self.question, on: descriptor) {
        return .asking
      }
    case .asking:
      guard !take(descriptor).isEmpty else { break }
      servedCount += 1
      return nil
    }
    failedCount += 1
    return nil
  }

  private func put(_ bytes: [UInt8], on descriptor: Int32) -> Bool {
    unsafe bytes.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      == bytes.count
  }

  private func take(_ descriptor: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    return Array(buffer.prefix(max(0, count)))
  }

  /// `{"type":"status"}`, masked with zeros.
  private static let question: [UInt8] = {
    let text = Array(#"{"type":"status"}"#.utf8)
    return [0x81, 0x80 | UInt8(text.count), 0, 0, 0, 0] + text
  }()
}
