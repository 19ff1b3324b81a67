import CPCMKernels
import Glibc

/// Memory whose neighbours on both sides cannot be touched: reading or writing past either end of
/// ``bytes`` ends the test process.
@safe struct GuardedMemory: ~Copyable {
  private let region: UnsafeMutableRawPointer
  private let regionSize: Int
  /// Where ``bytes`` begins; also when there are none.
  let start: UnsafeMutableRawPointer
  /// Filled with 0x88.
  let bytes: UnsafeMutableRawBufferPointer

  /// Maps `byteCount` bytes that end (or begin) exactly where a forbidden page begins (or ends).
  init(byteCount: Int, atEnd: Bool = true) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let inner = (byteCount + page - 1) / page * page + page
    regionSize = inner + 2 * page
    let mapped = unsafe mmap(
      nil, regionSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      fatalError("no memory to map: the tests need a few pages")
    }
    unsafe region = mapped
    unsafe mprotect(mapped, page, PROT_NONE)
    unsafe mprotect(mapped + page + inner, page, PROT_NONE)
    unsafe start = atEnd ? mapped + page + inner - byteCount : mapped + page
    unsafe bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    unsafe memset(start, 0x88, byteCount)
  }

  deinit {
    unsafe munmap(region, regionSize)
  }
}

/// Noise, the same for the same seed (xorshift64).
struct Noise {
  private var state: UInt64

  init(_ seed: Int) {
    state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  mutating func next() -> UInt32 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt32(truncatingIfNeeded: state >> 32)
  }

  /// Any bytes; as int16, one in four is at full scale, where saturation shows.
  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 4)
    while bytes.count < count {
      let x = next()
      switch x & 7 {
      case 0: bytes += [0x00, 0x80]
      case 1: bytes += [0xFF, 0x7F]
      default: bytes += [8, 16, 24].map { UInt8(truncatingIfNeeded: x >> $0) }
      }
    }
    return Array(bytes.prefix(count))
  }
}

/// Whether a kernel of `isa` does what the scalar one does with the same noise: the same result and
/// the same bytes, in memory of exactly the sizes given. Sources and destinations lie against the
/// page after them and, a second time, against the page before.
func agrees<Result: Equatable>(
  _ isa: InstructionSet, reading input: Int, writing output: Int, seed: Int,
  _ run: (pcm_kernels, UnsafeMutableRawPointer, UnsafeRawPointer) -> Result
) -> Bool {
  var noise = Noise(seed)
  let bytes = noise.bytes(input)
  for atEnd in [true, false] {
    let source = GuardedMemory(byteCount: input, atEnd: atEnd)
    unsafe source.bytes.copyBytes(from: bytes)
    let given = GuardedMemory(byteCount: output, atEnd: atEnd)
    let expected = GuardedMemory(byteCount: output, atEnd: atEnd)
    let result = unsafe run(isa.kernels, given.start, source.start)
    let scalar = unsafe run(InstructionSet.available[0].kernels, expected.start, source.start)
    guard result == scalar, unsafe memcmp(given.start, expected.start, output) == 0 else {
      return false
    }
  }
  return true
}

/// The same for kernels that return nothing.
func agrees(
  _ isa: InstructionSet, reading input: Int, writing output: Int, seed: Int,
  _ run: (pcm_kernels, UnsafeMutableRawPointer, UnsafeRawPointer) -> Void
) -> Bool {
  unsafe agrees(isa, reading: input, writing: output, seed: seed) {
    unsafe run($0, $1, $2)
    return 0
  }
}

/// FNV-1a, 64 bits.
func hash(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// Samples as little-endian bytes.
func bytes(_ samples: [Int16]) -> [UInt8] {
  samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
}
