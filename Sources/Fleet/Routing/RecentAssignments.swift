import AudioEngine

/// The assignments of the last moment, oldest first: what no node can have told yet.
struct RecentAssignments: Sendable {
  struct Entry: Sendable {
    let time: MonotonicTime
    let id: String
    /// The node's place in the latest view; nil where it is not in it.
    var place: Int?
  }

  /// More within the memory push out the oldest early.
  static let most = 16_384

  private var entries: [Entry] = []
  private var first = 0

  var count: Int { entries.count - first }
  var isFull: Bool { count >= Self.most }

  mutating func append(_ entry: Entry) { entries.append(entry) }

  /// Takes out the oldest where it is from before `time`.
  mutating func removeFirst(before time: MonotonicTime) -> Entry? {
    guard first < entries.count, entries[first].time <= time else { return nil }
    defer {
      first += 1
      // Moving all down once in so many costs each a constant.
      if first >= 64, first * 2 > entries.count {
        entries.removeFirst(first)
        first = 0
      }
    }
    return entries[first]
  }

  /// Finds each entry's node in a new view.
  mutating func replace(in nodes: [FleetNode]) {
    var places: [String: Int]?
    for index in first..<entries.count {
      let id = entries[index].id
      if let place = entries[index].place, nodes.indices.contains(place), nodes[place].id == id {
        continue
      }
      // Views seldom change their order: the table is made when one has.
      if places == nil {
        places = Dictionary(
          nodes.indices.map { (nodes[$0].id, $0) }, uniquingKeysWith: { earlier, _ in earlier })
      }
      entries[index].place = places?[id]
    }
  }

  /// Calls `body` with each entry's place.
  func forEachPlace(_ body: (Int) -> Void) {
    for index in first..<entries.count {
      if let place = entries[index].place { body(place) }
    }
  }
}
