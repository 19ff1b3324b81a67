private import Synchronization

/// A member that has a large struct looked at where it lies.
///
/// Swift 6.3 reads a struct whose size it knows as one value: a method that only looks at it and is not inlined is
/// given a copy of all of it on the stack, half a kilobyte for the question whether speech waits. What holds an
/// atomic has its identity in its address, and is handed on by that.
package struct InPlace: ~Copyable {
  private let identity = Atomic<UInt8>(0)

  package init() {}
}
