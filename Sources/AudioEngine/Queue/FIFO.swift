/// A first-in-first-out list that allocates only to grow: marks, runs, utterances, events.
struct FIFO<Element> {
  private var slots: [Element?]
  private var head = 0
  private(set) var count = 0

  init(minimumCapacity: Int = 8) {
    var room = 1
    while room < minimumCapacity { room *= 2 }
    slots = Array(repeating: nil, count: room)
  }

  var isEmpty: Bool { count == 0 }

  /// The element `index` places behind the oldest.
  subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      guard let element = slots[(head + index) & (slots.count - 1)] else {
        preconditionFailure("an occupied slot is empty")
      }
      return element
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      slots[(head + index) & (slots.count - 1)] = newValue
    }
  }

  var first: Element? { count == 0 ? nil : self[0] }
  var last: Element? { count == 0 ? nil : self[count - 1] }

  mutating func append(_ element: Element) {
    if count == slots.count { grow() }
    slots[(head + count) & (slots.count - 1)] = element
    count += 1
  }

  @discardableResult
  mutating func removeFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head]
    slots[head] = nil
    head = (head + 1) & (slots.count - 1)
    count -= 1
    return element
  }

  @discardableResult
  mutating func removeLast() -> Element? {
    guard count > 0 else { return nil }
    let slot = (head + count - 1) & (slots.count - 1)
    let element = slots[slot]
    slots[slot] = nil
    count -= 1
    return element
  }

  mutating func removeAll() {
    while count > 0 { removeFirst() }
  }

  private mutating func grow() {
    var moved = [Element?](repeating: nil, count: slots.count * 2)
    for index in 0..<count { moved[index] = self[index] }
    slots = moved
    head = 0
  }
}
