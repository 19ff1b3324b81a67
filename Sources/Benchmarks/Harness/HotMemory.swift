import AudioEngine
import Synchronization

/// Memory that a group's contenders read and write. It lives as long as the program, which measures
/// and ends.
enum HotMemory {
  private static let page = 4_096
  /// All of it, so that a leak checker knows who holds it: addresses of what is never freed.
  private static let blocks = Mutex<[UInt]>([])

  /// Where in its page a block starts. Sources and destinations differ by half a page, so that no
  /// load waits for an older store whose address is the same in its low 12 bits.
  enum Place: Int {
    case source = 0
    case destination = 2_048
  }

  /// A block whose elements all are `value`, with room for 64 bytes behind its end.
  static func block<Element: BitwiseCopyable>(
    _ count: Int, of value: Element, at place: Place
  ) -> UnsafeMutablePointer<Element> {
    let byteCount = count * MemoryLayout<Element>.stride + 64
    let base = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount + page, alignment: page)
    blocks.withLock { $0.append(UInt(bitPattern: base)) }
    let block = unsafe (base + place.rawValue).bindMemory(to: Element.self, capacity: count)
    unsafe block.initialize(repeating: value, count: count)
    return unsafe block
  }

  /// A source block that holds `elements`.
  static func source<Element: BitwiseCopyable>(
    _ elements: [Element]
  ) -> UnsafePointer<Element> {
    guard let first = elements.first else { fatalError("a source block needs an element") }
    let block = unsafe block(elements.count, of: first, at: .source)
    for index in elements.indices { unsafe block[index] = elements[index] }
    return unsafe UnsafePointer(block)
  }

  /// Where a bot has what it hears or says, one place for all calls: as bots do, it works on what is in the
  /// caches. What it says is speech.
  static func botSamples(_ count: Int, isSaid: Bool) -> UnsafeMutableBufferPointer<Int16> {
    let key = isSaid ? count : -count
    let known = bots.withLock { $0[key] }
    if let known, let base = unsafe UnsafeMutablePointer<Int16>(bitPattern: known) {
      return unsafe UnsafeMutableBufferPointer(start: base, count: count)
    }
    let block = unsafe block(count, of: Int16(0), at: isSaid ? .source : .destination)
    for (index, sample) in Inputs.speech(count).enumerated() { unsafe block[index] = sample }
    bots.withLock { $0[key] = UInt(bitPattern: block) }
    return unsafe UnsafeMutableBufferPointer(start: block, count: count)
  }

  private static let bots = Mutex<[Int: UInt]>([:])

  static func destination<Element: BitwiseCopyable>(
    _ count: Int, of value: Element
  ) -> UnsafeMutablePointer<Element> {
    unsafe block(count, of: value, at: .destination)
  }
}

/// The text that goes out: one buffer for all calls that take turns, as a loop has it.
final class OutgoingText {
  var message = MessageBuffer()
}
