import CLibWebSockets
import Logging
import Synchronization

/// What libwebsockets says itself, handed to the program's logger.
///
/// The library has one log for the whole process, so the first loop's logger gets it. Only errors and warnings are
/// asked for, and they go out as `debug`: what matters of them reaches its owner as an error of the call it concerns.
enum LibraryLog {
  private static let target = Mutex<Logger?>(nil)

  static func redirect(to logger: Logger) {
    let isFirst = target.withLock { target in
      defer { target = target ?? logger }
      return target == nil
    }
    guard isFirst else { return }
    unsafe lws_set_log_level(Int32(LLL_ERR | LLL_WARN)) { _, line in
      guard let line = unsafe line else { return }
      var text = unsafe String(cString: line)
      if text.last == "\n" { text.removeLast() }
      LibraryLog.target.withLock { $0 }?.debug("libwebsockets: \(text)")
    }
  }
}
