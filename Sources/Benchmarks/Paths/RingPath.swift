import AudioEngine

/// A block into the session's ring and out again, at ever new places of it.
@safe struct RingPath: ~Copyable {
  private var ring = AudioRing(capacity: 64 * 1_024)
  private let block: UnsafeRawBufferPointer
  private let copy: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    unsafe block = UnsafeRawBufferPointer(
      start: HotMemory.source(Inputs.bytes(byteCount)), count: byteCount)
    unsafe copy = UnsafeMutableRawBufferPointer(
      start: HotMemory.destination(byteCount, of: UInt8(0)), count: byteCount)
  }

  mutating func step() {
    ring.append(unsafe RawSpan(_unsafeBytes: block))
    var target = unsafe MutableRawSpan(_unsafeBytes: copy)
    ring.copy(ring.start..<ring.end, into: &target)
    ring.release(upTo: ring.end)
  }
}
