import CLibWebSockets
import DequeModule
import Dispatch
import Glibc
public import Logging
import Synchronization

/// Why an event loop could not be made.
public enum EventLoopError: Error, CustomStringConvertible, Sendable {
  /// libwebsockets gave no context: out of memory or descriptors. Free some, or raise the limits.
  case contextNotCreated
  /// The system gave no thread.
  case threadNotStarted(code: Int32)

  public var description: String {
    switch self {
    case .contextNotCreated: "libwebsockets could not start: memory or file descriptors are used up"
    case .threadNotStarted(let code): "no thread for the event loop: \(String(errno: code))"
    }
  }
}

/// A libwebsockets context with a thread of its own, which is also the executor of the actor that owns its sockets.
///
/// An actor pins itself with `unownedExecutor`; from then on its code and all callbacks of this loop's sockets run on
/// the one thread, so that they call each other without locks. `stop()` closes what is open and ends the thread; jobs
/// that come later still run, one after another, so that nobody who awaits the actor waits forever.
///
/// It waits with epoll through libwebsockets' libev plug-in where that is installed, else with `poll` and one warning.
@safe public final class EventLoop: SerialExecutor, @unchecked Sendable {
  // @unchecked: `queue` is guarded by its lock; what else is stored and changes is touched by the loop's thread alone.
  private let queue = Mutex(JobQueue())
  private let afterlife = DispatchQueue(label: "chat-relay.event-loop.stopped")
  private static let afterlifeKey = DispatchSpecificKey<ObjectIdentifier>()

  let logger: Logger
  private(set) var context: OpaquePointer?
  /// The virtual host that all connections from here to elsewhere belong to.
  private(set) var clientHost: OpaquePointer?
  /// The libev loop that libwebsockets waits with; `nil` where its plug-in is missing.
  private(set) var evLoop: OpaquePointer?
  private var isStopping = false
  private var tick: Timer?
  private var servers: [Server] = []
  /// Those with followers who do not have everything yet.
  var logs: Deque<FrameLog> = []
  /// Who waits in `sleep(for:)`; woken when the loop ends.
  var sleepers: [ObjectIdentifier: Sleeper] = [:]

  /// OpenSSL would tidy up when the process exits, under the feet of threads that still use it.
  private static let keepsOpenSSL: Bool = {
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
  }()

  /// Starts the thread and waits until its loop is ready (a few milliseconds).
  public init(logger: Logger) throws(EventLoopError) {
    _ = Self.keepsOpenSSL
    self.logger = logger
    afterlife.setSpecific(key: Self.afterlifeKey, value: ObjectIdentifier(self))
    FileDescriptors.raiseLimit()
    LibraryLog.redirect(to: logger)
    let ready = DispatchSemaphore(value: 0)
    var thread = pthread_t()
    let start = Start(loop: self, ready: ready)
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.loop.run(ready: start.ready)
        return nil
      }, Unmanaged.passRetained(start).toOpaque())
    guard code == 0 else { throw .threadNotStarted(code: code) }
    pthread_detach(thread)
    ready.wait()
    guard queue.withLock({ $0.phase == .running }) else { throw .contextNotCreated }
  }

  private final class Start: Sendable {
    let loop: EventLoop
    let ready: DispatchSemaphore
    init(loop: EventLoop, ready: DispatchSemaphore) {
      self.loop = loop
      self.ready = ready
    }
  }

  /// Closes every socket of the loop, ends its thread and returns when both are done. Safe to call twice; not from an
  /// actor on this loop.
  public func stop() async {
    await withCheckedContinuation { done in
      let isStopped = queue.withLock { queue in
        if queue.phase == .running { queue.waitingForEnd.append(done) }
        return queue.phase != .running
      }
      if isStopped { return done.resume() }
      execute { loop in
        loop.isStopping = true
        if let evLoop = unsafe loop.evLoop { unsafe ev_break(evLoop, Int32(EVBREAK_ALL)) }
      }
    }
  }

  // MARK: Executor

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    add(.swift(job))
  }

  /// Runs something on the loop's thread, from wherever.
  func execute(_ work: @escaping @Sendable (EventLoop) -> Void) {
    add(.plain(work))
  }

  private func add(_ job: JobQueue.Job) {
    let isStopped = queue.withLock { queue in
      guard queue.phase == .running else { return true }
      queue.jobs.append(job)
      if !queue.isWoken, let context = unsafe queue.context {
        queue.isWoken = true
        // "lws_cancel_service() is the only API that may be called from another thread": it makes the loop call back
        // with LWS_CALLBACK_EVENT_WAIT_CANCELLED, which runs the jobs.
        unsafe lws_cancel_service(context)
      }
      return false
    }
    if isStopped { afterlife.async { self.run(job) } }
  }

  public func checkIsolated() {
    precondition(isIsolatingCurrentContext() == true, "not on the event loop's thread")
  }

  public func isIsolatingCurrentContext() -> Bool? {
    EventLoop.current.value == ObjectIdentifier(self)
      || DispatchQueue.getSpecific(key: Self.afterlifeKey) == ObjectIdentifier(self)
  }

  private func run(_ job: JobQueue.Job) {
    switch job {
    case .swift(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    case .plain(let work): work(self)
    }
  }

  /// Runs what is queued, and what that queues, for a bounded number of rounds, so that sockets get their turn.
  func runJobs() {
    for _ in 0..<32 {
      let jobs = queue.withLock { queue in
        let jobs = queue.jobs
        queue.jobs.removeAll(keepingCapacity: true)
        if jobs.isEmpty { queue.isWoken = false }
        return jobs
      }
      if jobs.isEmpty { return writeLogs() }
      for job in jobs { run(job) }
    }
    writeLogs()
    if let context = unsafe context { unsafe lws_cancel_service(context) }
  }

  // MARK: The thread

  /// The loop whose thread this is.
  private static let current = ThreadLocal<ObjectIdentifier>()

  private func run(ready: DispatchSemaphore) {
    EventLoop.current.value = ObjectIdentifier(self)
    makeContext()
    guard let context = unsafe context else {
      queue.withLock { $0.phase = .stopped }
      ready.signal()
      return
    }
    unsafe clientHost = makeClientHost()
    queue.withLock { queue in
      unsafe queue.context = context
      queue.phase = .running
    }
    ready.signal()
    if let evLoop = unsafe evLoop {
      keepTime()
      while !isStopping { _ = unsafe ev_run(evLoop, 0) }
    } else {
      while !isStopping { _ = unsafe lws_service(context, 0) }
    }
    end()
  }

  /// Keeps a server, which libwebsockets has a pointer to, until the context is gone.
  func keep(_ server: Server) {
    servers.append(server)
  }

  /// Makes libwebsockets look at its own time-outs four times a second.
  ///
  /// Its libev plug-in (4.1.6) changes the time of a timer that is running, which libev ignores, so that a time-out that
  /// is due before the one set last is served only with the next event, up to half a minute late.
  private func keepTime() {
    tick = schedule(after: .milliseconds(250)) { [unowned self] in
      if let context = unsafe context { unsafe lws_cancel_service(context) }
      keepTime()
    }
  }

  /// Closes everything, which resumes whoever waits for a socket; their jobs then run in the afterlife.
  private func end() {
    tick = nil
    let ending = unsafe context
    unsafe context = nil
    queue.withLock { unsafe $0.context = nil }
    unsafe lws_context_destroy(ending)
    for sleeper in sleepers.values { sleeper.wake() }
    sleepers = [:]
    if let evLoop = unsafe evLoop { unsafe ev_loop_destroy(evLoop) }
    unsafe evLoop = nil
    for server in servers { server.end() }
    servers = []
    logs = []
    EventLoop.current.value = nil
    let (jobs, waiting) = queue.withLock { queue in
      queue.phase = .stopped
      return (queue.jobs, queue.waitingForEnd)
    }
    for job in jobs { afterlife.async { self.run(job) } }
    for continuation in waiting { continuation.resume() }
  }

  private func makeContext() {
    unsafe evLoop = ev_loop_new(UInt32(EVFLAG_NOENV))
    var info = unsafe lws_context_creation_info()
    unsafe info.port = CONTEXT_PORT_NO_LISTEN
    unsafe info.options = relay_option_context
    unsafe info.user = Unmanaged.passUnretained(self).toOpaque()
    unsafe info.timeout_secs = 10
    unsafe info.max_http_header_data2 = 16 << 10
    unsafe info.pt_serv_buf_size = 32 << 10
    if let evLoop = unsafe evLoop {
      var loops: UnsafeMutableRawPointer? = unsafe UnsafeMutableRawPointer(evLoop)
      unsafe withUnsafeMutablePointer(to: &loops) { loops in
        unsafe info.options |= relay_option_libev
        unsafe info.foreign_loops = loops
        unsafe context = lws_create_context(&info)
      }
    }
    guard unsafe context == nil else { return }
    logger.warning(
      "libwebsockets-evlib-ev is not installed: waiting with poll, which costs more with many connections"
    )
    if let evLoop = unsafe evLoop { unsafe ev_loop_destroy(evLoop) }
    unsafe evLoop = nil
    unsafe info.options = relay_option_context
    unsafe info.foreign_loops = nil
    unsafe context = lws_create_context(&info)
  }

  private func makeClientHost() -> OpaquePointer? {
    var info = unsafe lws_context_creation_info()
    unsafe info.port = CONTEXT_PORT_NO_LISTEN
    // Without TLS, which `TLSSession` does: libwebsockets would read all CAs for each loop.
    unsafe info.protocols = Callback.clientProtocols
    return unsafe "clients".withCString { name in
      unsafe info.vhost_name = name
      return unsafe lws_create_vhost(context, &info)
    }
  }
}

/// What waits for its turn on the loop's thread.
@safe private struct JobQueue: @unchecked Sendable {
  // @unchecked: lives inside the loop's Mutex; `context` is only handed to lws_cancel_service, which may be called from
  // any thread while the context exists, and it is set to nil under the same lock before the context goes.
  enum Job {
    case swift(UnownedJob)
    case plain(@Sendable (EventLoop) -> Void)
  }
  enum Phase { case starting, running, stopped }

  var jobs: [Job] = []
  var phase = Phase.starting
  var isWoken = false
  var context: OpaquePointer?
  var waitingForEnd: [CheckedContinuation<Void, Never>] = []
}
