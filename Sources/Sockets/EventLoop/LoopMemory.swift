/// Memory for what is looked at and let go at once; one thread's.
@safe
final class LoopMemory {
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    unsafe bytes = .allocate(byteCount: byteCount, alignment: 64)
  }

  deinit { unsafe bytes.deallocate() }
}
