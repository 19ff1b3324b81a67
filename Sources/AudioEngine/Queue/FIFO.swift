/// A first-in-first-out list that allocates only to grow, and nothing before its first element: marks, runs,
/// utterances, events.
package struct FIFO<Element> {
  /// As many as a power of two, or none.
  private var slots: [Element?] = []
  private var head = 0
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// The element `index` places behind the oldest.
  package subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "index \(index) of \(count)")
    guard let element = slots[(head + index) & (slots.count - 1)] else {
      preconditionFailure("an occupied slot is empty")
    }
    return element
  }

  /// Changes an element in place.
  package mutating func update(_ index: Int, _ body: (inout Element) -> Void) {
    precondition(index >= 0 && index < count, "index \(index) of \(count)")
    // By force, since Swift changes what an optional holds in place in no other way; it traps where the slot is empty.
    // swift-format-ignore: NeverForceUnwrap
    body(&slots[(head + index) & (slots.count - 1)]!)
  }

  package var first: Element? { count == 0 ? nil : self[0] }
  package var last: Element? { count == 0 ? nil : self[count - 1] }

  package mutating func append(_ element: Element) {
    if count == slots.count { grow() }
    slots[(head + count) & (slots.count - 1)] = element
    count += 1
  }

  @discardableResult
  package mutating func removeFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head]
    slots[head] = nil
    head = (head + 1) & (slots.count - 1)
    count -= 1
    return element
  }

  @discardableResult
  package mutating func removeLast() -> Element? {
    guard count > 0 else { return nil }
    let slot = (head + count - 1) & (slots.count - 1)
    let element = slots[slot]
    slots[slot] = nil
    count -= 1
    return element
  }

  package mutating func removeAll() {
    while count > 0 { removeFirst() }
  }

  private mutating func grow() {
    var moved = [Element?](repeating: nil, count: max(slots.count * 2, 2))
    for index in 0..<count { moved[index] = self[index] }
    slots = moved
    head = 0
  }
}
