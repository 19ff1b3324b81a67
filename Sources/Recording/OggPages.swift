import COgg

/// Packets of one stream in the pages of an Ogg file.
///
/// Source: RFC 3533.
@safe
struct OggPages: ~Copyable {
  private var stream = unsafe ogg_stream_state()
  private var packetCount: Int64 = 0

  /// Makes a stream of some number, which tells it from others in one file.
  init(serial: Int32) throws(RecordingError) {
    guard unsafe ogg_stream_init(&stream, serial) == 0 else {
      throw RecordingError("libogg has no memory")
    }
  }

  deinit {
    var stream = unsafe stream
    unsafe ogg_stream_clear(&stream)
  }

  /// Adds a packet that ends at a place in the stream.
  mutating func append(_ packet: [UInt8], endsAt position: Int64, isLast: Bool = false) {
    var packet = packet
    unsafe packet.withUnsafeMutableBufferPointer { bytes in
      var described = unsafe ogg_packet(
        packet: bytes.baseAddress, bytes: bytes.count, b_o_s: packetCount == 0 ? 1 : 0,
        e_o_s: isLast ? 1 : 0, granulepos: position, packetno: packetCount)
      // It copies.
      _ = unsafe ogg_stream_packetin(&stream, &described)
    }
    packetCount += 1
  }

  /// Takes all that was added, as whole pages.
  mutating func take() -> [UInt8] {
    var bytes: [UInt8] = []
    var page = unsafe ogg_page()
    while unsafe ogg_stream_flush(&stream, &page) != 0 {
      unsafe bytes.append(
        contentsOf: UnsafeBufferPointer(start: page.header, count: page.header_len))
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: page.body, count: page.body_len))
    }
    return bytes
  }
}
