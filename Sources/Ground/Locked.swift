public import Glibc

/// A value behind a lock of the C library.
///
/// For locks that loops contend for. `Synchronization.Mutex` hands a contended lock over inside the
/// kernel, which the thread sanitizer cannot see and reports as races, and spins for microseconds
/// before it asks the kernel at all.
@safe
@usableFromInline package final class Locked<Value>: @unchecked Sendable {
  // Unchecked: `value` is reached under `mutex` alone, which is why Swift need not look for overlapping
  // accesses either.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @exclusivity(unchecked) @usableFromInline var value: Value

  package init(_ value: sending Value) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    let result = unsafe pthread_mutex_init(mutex, nil)
    precondition(result == 0, "pthread_mutex_init: \(unsafe String(cString: strerror(result)))")
    unsafe self.value = value
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the value, alone. It must not come back to the same lock.
  @inlinable
  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return unsafe try body(&value)
  }
}
