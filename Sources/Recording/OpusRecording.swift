import AudioEngine
import COpus

/// A recording as Opus in Ogg: what is killed is readable up to its last second. Places that could not be
/// written are silent.
///
/// Source: RFC 7845 for the two headers and the places of packets, RFC 6716 for the rest.
@safe
final class OpusRecording: RecordingFile {
  private let file: OutputFile
  private var pages: OggPages
  private let encoder: OpaquePointer
  private let rate: SampleRate
  /// Samples of each channel in one packet.
  private let frameCount: Int
  /// Samples of the encoder's delay, at 48 kHz.
  private let preskip: Int
  /// What does not fill a packet yet, both channels in turns.
  private var waiting: [Int16] = []
  /// Samples of each channel given to the encoder, and how many of them are the call's.
  private var encodedCount = 0
  private var takenCount = 0
  private var fileBytes = 0
  /// Pages that the disk did not take: without them what follows would come too early.
  private var unwritten: [UInt8] = []

  /// Packets last 20 ms.
  private static let packetsPerSecond = 50
  /// Of both channels together: a quarter of what telephones spend on one.
  private static let bitsPerSample = 4
  /// A packet's largest size; at these rates they have some hundred bytes.
  private static let longestPacket = 1_500
  /// Silence for what could not be written; longer holes are cut short, and the file is then as well.
  private static let longestHole = 3_600
  /// Some minutes.
  private static let mostUnwritten = 1 << 20

  init(_ file: consuming OutputFile, rate: SampleRate) throws(RecordingError) {
    self.file = file
    self.rate = rate
    frameCount = rate.hertz / Self.packetsPerSecond
    var code: Int32 = 0
    guard
      let encoder = unsafe opus_encoder_create(
        Int32(rate.hertz), 2, OPUS_APPLICATION_VOIP, &code)
    else { throw RecordingError("libopus gives no encoder of \(rate)") }
    unsafe self.encoder = unsafe encoder
    var lookahead: Int32 = 0
    _ = unsafe sidetone_opus_lookahead(encoder, &lookahead)
    _ = unsafe sidetone_opus_set_bitrate(encoder, Int32(Self.bitsPerSample * rate.hertz))
    _ = unsafe sidetone_opus_set_complexity(encoder, 5)
    preskip = Int(lookahead) * 48_000 / rate.hertz
    do throws(RecordingError) {
      pages = try OggPages(serial: 1)
    } catch {
      unsafe opus_encoder_destroy(encoder)
      throw error
    }
    pages.append(head, endsAt: 0)
    var start = pages.take()
    pages.append(tags, endsAt: 0)
    start += pages.take()
    try write(start)
  }

  deinit {
    unsafe opus_encoder_destroy(encoder)
  }

  func write(_ piece: borrowing Piece) throws(RecordingError) {
    let hole = min(piece.start - takenCount, Self.longestHole * rate.hertz)
    if hole > 0 { try encode(repeatElement(0, count: 2 * hole), of: hole) }
    try encode(piece.samples, of: piece.samples.count / 2)
    try write(pages.take())
  }

  func finish() throws(RecordingError) {
    // So much silence that what the encoder holds back comes out, in whole packets.
    let behind = takenCount + preskip * rate.hertz / 48_000
    let missing = max((behind + frameCount - 1) / frameCount, 1) * frameCount
    let silence = missing - encodedCount - waiting.count / 2
    waiting += repeatElement(0, count: 2 * max(silence, 0))
    try encodeWaiting(isLast: true)
    try write(pages.take())
  }

  private func encode(_ samples: some Sequence<Int16>, of count: Int) throws(RecordingError) {
    waiting += samples
    takenCount += count
    try encodeWaiting()
  }

  private func encodeWaiting(isLast: Bool = false) throws(RecordingError) {
    let size = 2 * frameCount
    var first = 0
    defer { waiting.removeFirst(first) }
    while waiting.count - first >= size {
      var packet = [UInt8](repeating: 0, count: Self.longestPacket)
      let length = unsafe waiting.withUnsafeBufferPointer { samples in
        unsafe packet.withUnsafeMutableBufferPointer { packet -> Int32 in
          guard let from = samples.baseAddress, let to = packet.baseAddress else {
            return 0
          }
          return unsafe opus_encode(
            encoder, from + first, Int32(frameCount), to, Int32(packet.count))
        }
      }
      guard length > 0 else { throw RecordingError("libopus cannot encode: \(length)") }
      first += size
      encodedCount += frameCount
      let ends = isLast && waiting.count - first < size
      // The last place is the call's end, so that players leave out what fills the packet.
      let position = ends ? preskip + at48(takenCount) : at48(encodedCount)
      pages.append(Array(packet.prefix(Int(length))), endsAt: Int64(position), isLast: ends)
    }
  }

  private func at48(_ count: Int) -> Int { count * 48_000 / rate.hertz }

  private func write(_ bytes: [UInt8]) throws(RecordingError) {
    if unwritten.count < Self.mostUnwritten { unwritten += bytes }
    // A page that was written by halves is written over.
    try file.write(unwritten, at: fileBytes)
    fileBytes += unwritten.count
    unwritten = []
  }

  private var head: [UInt8] {
    var bytes = Array("OpusHead".utf8)
    bytes += [1, 2, UInt8(truncatingIfNeeded: preskip), UInt8(truncatingIfNeeded: preskip >> 8)]
    bytes.append(number: rate.hertz)
    return bytes + [0, 0, 0]  // no gain; one stream of left and right
  }

  private var tags: [UInt8] {
    let vendor = unsafe String(cString: opus_get_version_string())
    var bytes = Array("OpusTags".utf8)
    bytes.append(number: vendor.utf8.count)
    bytes += vendor.utf8
    bytes.append(number: 0)
    return bytes
  }
}
