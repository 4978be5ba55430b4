import Glibc

/// The process's limit of open files, which bounds how many browsers can be connected.
enum FileDescriptors {
  /// Raises the soft limit to the hard one, at most to a quarter million: libwebsockets keeps a table of that size.
  static func raiseLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    let wanted = min(limit.rlim_max, 1 << 18)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = wanted
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// How many the process may have open.
  static var limit: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }
}

extension String {
  /// What the system says of an `errno` value.
  init(errno code: Int32) {
    var buffer = [CChar](repeating: 0, count: 256)
    let isKnown = unsafe strerror_r(code, &buffer, buffer.count) == 0
    self = isKnown ? String(characters: buffer.prefix { $0 != 0 }) : "error \(code)"
  }

  /// What C wrote into a buffer.
  init(characters: some Sequence<CChar>) {
    self.init(decoding: characters.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
