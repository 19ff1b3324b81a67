/// The newest entries of a bounded number: one more pushes out the oldest.
package struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private var values: [Key: Value] = [:]
  /// The keys in the order they came, a ring once it is full.
  private var order: [Key] = []
  private var oldest = 0
  private let capacity: Int

  /// Makes an empty table of `capacity` entries at most, 1 or more.
  package init(capacity: Int) { self.capacity = capacity }

  /// Whether nothing is remembered.
  package var isEmpty: Bool { values.isEmpty }

  /// What is remembered of `key`.
  package subscript(key: Key) -> Value? { values[key] }

  /// Makes room for all that will ever be remembered.
  package mutating func reserve() {
    values.reserveCapacity(capacity)
    order.reserveCapacity(capacity)
  }

  /// Remembers `value` of `key`; one that is known keeps its age. O(1).
  package mutating func note(_ value: Value, of key: Key) {
    guard values.updateValue(value, forKey: key) == nil else { return }
    guard order.count == capacity else { return order.append(key) }
    values[order[oldest]] = nil
    order[oldest] = key
    oldest = (oldest + 1) % capacity
  }
}
