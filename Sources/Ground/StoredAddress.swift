/// Where an object keeps one of its stored properties, good for as long as the object.
///
/// For what one thread alone reads and changes many times a message: a property of an object that is reached
/// through its address is not looked up in Swift's list of accesses under way, which costs 100 instructions
/// each time. Who takes it sees to it that two accesses that change it never overlap.
@unsafe @inlinable @inline(__always)
package func storedAddress<Value: ~Copyable>(_ value: inout Value) -> UnsafeMutablePointer<Value> {
  unsafe withUnsafeMutablePointer(to: &value) { unsafe $0 }
}
