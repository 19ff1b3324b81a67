import AudioEngine

/// What one caller of a load hears, reckoned from sizes and times alone.
///
/// Speech is expected without a pause from the first message on, as an echo of someone who never
/// stops talking and a bot that reads out a recording are: whatever comes after the ear has run dry
/// came too late.
struct LoadEar {
  private static let filling: Int64 = 1_000_000_000
  private let bytesPerSecond: Int64
  private(set) var firstAudio: MonotonicTime?
  /// Everything that has come will have been heard by then.
  private(set) var end: Int64 = 0
  private(set) var bytes = 0
  private(set) var messages = 0
  /// How far each message of this stream came behind an even one, in microseconds; any constant may be
  /// added.
  private var offsets: [Int32] = []
  /// The lateness of the streams that were cleared.
  private var earlier: LatenessTable?
  private var audio: Int64 = 0

  init(_ wire: WireFormat) {
    bytesPerSecond = Int64(wire.bytesPerSecond)
  }

  /// - Returns: how long the ear had been dry before; zero where it was not.
  mutating func hear(_ count: Int, at now: MonotonicTime) -> Duration {
    let time = now.nanoseconds
    var dry: Int64 = 0
    if let firstAudio {
      // A bot fills its lead first; from then on its messages follow each other evenly.
      if time - firstAudio.nanoseconds >= Self.filling {
        let offset = time - firstAudio.nanoseconds - audio
        offsets.append(Int32(clamping: offset / 1_000))
      }
      dry = max(time - end, 0)
    } else {
      firstAudio = now
      end = time
    }
    let length = Int64(count) * 1_000_000_000 / bytesPerSecond
    end = max(end, time) + length
    audio += length
    bytes += count
    messages += 1
    return .nanoseconds(dry)
  }

  /// The bot has taken back what was not heard; what follows is a new stream.
  mutating func clear() {
    earlier = lateness()
    firstAudio = nil
    audio = 0
    offsets.removeAll(keepingCapacity: true)
  }

  /// How late each message came, measured from the one of its stream that came earliest for its place.
  func lateness() -> LatenessTable {
    var table = earlier ?? LatenessTable()
    guard let earliest = offsets.min() else { return table }
    for offset in offsets { table.add(.microseconds(Int(offset) - Int(earliest))) }
    return table
  }
}
