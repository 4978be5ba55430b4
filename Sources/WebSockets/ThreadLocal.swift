import Glibc

/// A value that each thread has for itself.
///
/// Holds trivial values only: they are boxed, and the box is freed when it is replaced.
@safe final class ThreadLocal<Value>: @unchecked Sendable {
  // @unchecked: `key` is written once; pthread keeps one value per thread behind it.
  private var key = pthread_key_t()

  init() {
    let code = unsafe pthread_key_create(&key, nil)
    precondition(code == 0, "no thread-specific storage left")
  }

  var value: Value? {
    get {
      guard let pointer = unsafe pthread_getspecific(key) else { return nil }
      return unsafe pointer.assumingMemoryBound(to: Value.self).pointee
    }
    set {
      if let old = unsafe pthread_getspecific(key) {
        unsafe old.assumingMemoryBound(to: Value.self).deallocate()
      }
      guard let newValue else {
        pthread_setspecific(key, nil)
        return
      }
      let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
      unsafe pointer.initialize(to: newValue)
      unsafe pthread_setspecific(key, pointer)
    }
  }
}
