import CMalloc

/// What things cost on the heap, as glibc accounts for it: its blocks' heads and roundings with them.
enum Heap {
  private static let count = 64

  /// The bytes of one of many that `make` makes.
  static func bytes(_ make: () -> AnyObject) -> Int {
    // What is made once, such as tables, belongs to none of them.
    BlackHole.take(make())
    var kept: [AnyObject] = []
    kept.reserveCapacity(count)
    let before = used
    for _ in 0..<count { kept.append(make()) }
    let after = used
    BlackHole.take(kept)
    return (after - before) / count
  }

  private static var used: Int {
    let account = mallinfo2()
    // Large blocks are mapped, and counted apart.
    return account.uordblks + account.hblkhd
  }
}
