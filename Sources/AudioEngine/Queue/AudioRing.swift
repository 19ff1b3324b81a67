/// A ring of audio bytes that grows with what it holds, addressed by absolute positions.
///
/// Positions count bytes since the ring was made and never wrap, so depth is always a difference of
/// two positions and there is no counter that could disagree with it. The bytes in `start..<end` are
/// held. Memory doubles while more is held and shrinks to its first size when the ring runs
/// empty after it held much, so a minute of queued speech costs a minute of memory only while it is queued.
///
/// Not thread-safe. Appending allocates only to grow.
@safe
package struct AudioRing: ~Copyable {
  /// The oldest position held.
  package private(set) var start = 0
  /// One past the newest position held.
  package private(set) var end = 0
  /// Most bytes held at once.
  let capacity: Int

  private var base: UnsafeMutableRawPointer
  /// A power of two, so that a position masks to an offset.
  private var room: Int
  /// 20 ms at 8 kHz in any encoding: what waits for longer, or has a higher rate, makes it grow.
  private static let firstRoom = 512
  /// Steady state empties the ring often: only one that grew beyond this gives memory back.
  private static let kept = 16_384

  package init(capacity: Int) {
    precondition(capacity > 0, "a ring needs a capacity above 0 bytes")
    self.capacity = capacity
    self.room = Self.firstRoom
    unsafe self.base = .allocate(byteCount: Self.firstRoom, alignment: 64)
  }

  deinit {
    unsafe base.deallocate()
  }

  /// Bytes held.
  var count: Int { end - start }
  /// Bytes that still fit.
  var free: Int { capacity - count }
  /// Bytes of memory taken.
  var allocatedBytes: Int { room }

  /// Appends a copy of `bytes`, which must fit.
  package mutating func append(_ bytes: RawSpan) {
    reserve(bytes.byteCount)
    unsafe bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      let offset = end & (room - 1)
      let first = min(source.count, room - offset)
      unsafe (base + offset).copyMemory(from: from, byteCount: first)
      if first < source.count {
        unsafe base.copyMemory(from: from + first, byteCount: source.count - first)
      }
    }
    end += bytes.byteCount
  }

  /// Appends `byteCount` copies of `byte`, which must fit.
  mutating func append(repeating byte: UInt8, byteCount: Int) {
    reserve(byteCount)
    let offset = end & (room - 1)
    let first = min(byteCount, room - offset)
    unsafe (base + offset).initializeMemory(as: UInt8.self, repeating: byte, count: first)
    if first < byteCount {
      unsafe base.initializeMemory(as: UInt8.self, repeating: byte, count: byteCount - first)
    }
    end += byteCount
  }

  /// Makes room for `byteCount` bytes, which must fit, and gives how many of the ring's next bytes lie
  /// in one piece; that may be fewer or more.
  mutating func contiguousRoom(reserving byteCount: Int) -> Int {
    reserve(byteCount)
    return room - (end & (room - 1))
  }

  /// Appends what `write` puts to the front of the ring's next bytes that lie in one piece. At most
  /// what was reserved may be written.
  mutating func appendInPlace<Failure: Error>(
    _ write: (inout MutableRawSpan) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    let offset = end & (room - 1)
    let byteCount = min(room - offset, room - count)
    var span = unsafe MutableRawSpan(_unsafeStart: base + offset, byteCount: byteCount)
    let written = try write(&span)
    precondition((0...byteCount).contains(written), "wrote \(written) of \(byteCount) bytes")
    end += written
    return written
  }

  /// Lets go of everything before `position`, which is clamped to what is held.
  package mutating func release(upTo position: Int) {
    start = min(max(position, start), end)
    if start == end { shrink() }
  }

  /// Drops everything from `position` on, which is clamped to what is held.
  mutating func truncate(to position: Int) {
    end = max(min(position, end), start)
    if start == end { shrink() }
  }

  /// Gives up everything held.
  mutating func removeAll() {
    start = end
    shrink()
  }

  /// Gives the bytes of `range`, all of which must be held, as at most two pieces in order.
  func forEachPiece(in range: Range<Int>, _ body: (RawSpan) -> Void) {
    precondition(range.lowerBound >= start && range.upperBound <= end, "\(range) is not held")
    guard !range.isEmpty else { return }
    let offset = range.lowerBound & (room - 1)
    let first = min(range.count, room - offset)
    body(unsafe RawSpan(_unsafeStart: base + offset, byteCount: first))
    if first < range.count {
      body(unsafe RawSpan(_unsafeStart: base, byteCount: range.count - first))
    }
  }

  /// The 16-bit samples of `range`, whole ones at an even position and all held, as far as they lie in
  /// one piece.
  @_lifetime(borrow self)
  func firstLinear16(of range: Range<Int>) -> Span<Int16> {
    precondition(range.lowerBound >= start && range.upperBound <= end, "\(range) is not held")
    precondition(range.lowerBound % 2 == 0, "\(range) begins inside a sample")
    let offset = range.lowerBound & (room - 1)
    let samples = unsafe UnsafeBufferPointer(
      start: UnsafePointer((base + offset).assumingMemoryBound(to: Int16.self)),
      count: min(range.count, room - offset) / 2)
    return unsafe _overrideLifetime(Span(_unsafeElements: samples), borrowing: self)
  }

  /// Copies the bytes of `range`, all of which must be held, to the front of `target`.
  package func copy(_ range: Range<Int>, into target: inout MutableRawSpan) {
    precondition(target.byteCount >= range.count, "the target is too small")
    unsafe target.withUnsafeMutableBytes { bytes in
      var filled = 0
      forEachPiece(in: range) { piece in
        unsafe piece.withUnsafeBytes { source in
          guard let to = bytes.baseAddress, let from = source.baseAddress else { return }
          unsafe (to + filled).copyMemory(from: from, byteCount: source.count)
        }
        filled += piece.byteCount
      }
    }
  }

  /// Writes `bytes` over those from `position` on, all of which must be held.
  mutating func replace(from position: Int, with bytes: RawSpan) {
    precondition(
      position >= start && position + bytes.byteCount <= end, "\(position) is not held")
    unsafe bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      let offset = position & (room - 1)
      let first = min(source.count, room - offset)
      unsafe (base + offset).copyMemory(from: from, byteCount: first)
      if first < source.count {
        unsafe base.copyMemory(from: from + first, byteCount: source.count - first)
      }
    }
  }

  private mutating func reserve(_ more: Int) {
    precondition(more <= free, "\(more) bytes do not fit into \(free) free")
    guard count + more > room else { return }
    var grown = room
    while grown < count + more { grown *= 2 }
    let moved = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 64)
    // Each byte keeps its position: only the mask changes.
    var position = start
    while position < end {
      let from = position & (room - 1)
      let to = position & (grown - 1)
      let piece = min(end - position, min(room - from, grown - to))
      unsafe (moved + to).copyMemory(from: base + from, byteCount: piece)
      position += piece
    }
    unsafe base.deallocate()
    unsafe base = moved
    room = grown
  }

  private mutating func shrink() {
    guard room > Self.kept else { return }
    unsafe base.deallocate()
    room = Self.firstRoom
    unsafe base = .allocate(byteCount: room, alignment: 64)
  }
}
