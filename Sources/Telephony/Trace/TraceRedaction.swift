/// Takes numbers, secrets and keys out of what a platform sent, before it goes into a trace.
///
/// What is left has the same length and the same grammar, so that it is read as the same event: every
/// letter of a value becomes `x`, every digit `1`. Kept are names of members, and the values that a stream is
/// described by and that hold nothing of the caller's; whatever else a platform adds is hidden.
enum TraceRedaction {
  private static let kept: Set<String> = [
    "event", "type", "version", "streamsid", "callsid", "streamid", "callid", "sequencenumber",
    "chunk",
    "timestamp", "track", "tracks", "encoding", "samplerate", "contenttype", "channels", "bitrate",
    "direction", "reason", "duration", "digitduration",
  ]
  /// Whose members the wire's own are.
  private static let own: Set<String> = [
    "start", "media", "mark", "stop", "clear", "dtmf", "mediaformat", "connected", "playedstream",
  ]

  /// A platform's message.
  static func message(_ text: RawSpan) -> [UInt8] {
    var bytes = unsafe text.withUnsafeBytes { unsafe Array($0) }
    var reader = Reader(bytes: bytes[...])
    reader.hide(in: &bytes)
    return bytes
  }

  /// Keys: as many, all the same.
  static func keys(_ digits: String) -> String {
    String(repeating: "1", count: min(digits.utf8.count, 256))
  }

  /// A query, of which only what describes the stream is kept.
  static func query(_ query: URLQuery) -> [URLQuery.Item] {
    query.items.filter { ["samplerate", "direction"].contains(ASCII.folded($0.name)) }
      .filter { $0.value.utf8.count <= 40 }
  }

  /// Goes through a text that is JSON, or nearly so.
  private struct Reader {
    let bytes: ArraySlice<UInt8>
    private var key = ""
    private var parents: [String] = []

    init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    private var isKept: Bool {
      guard parents.allSatisfy({ $0.isEmpty || own.contains($0) }) else {
        return key == "direction"
      }
      // The name of a mark is the bot's own word.
      return kept.contains(key) || key == "name"
    }

    mutating func hide(in target: inout [UInt8]) {
      var place = bytes.startIndex
      while place < bytes.endIndex {
        switch bytes[place] {
        case UInt8(ascii: "\""):
          let end = endOfText(from: place)
          let after = bytes[end...].drop { $0 <= 0x20 }
          if after.first == UInt8(ascii: ":") {
            key = ASCII.folded(
              String(decoding: bytes[place..<end].dropFirst().dropLast().prefix(64), as: UTF8.self))
          } else if !isKept {
            let isClosed = end - place > 1 && bytes[end - 1] == UInt8(ascii: "\"")
            hide((place + 1)..<(isClosed ? end - 1 : end), in: &target)
          }
          place = end
        case UInt8(ascii: "{"):
          if parents.count < 64 { parents.append(key) }
          place += 1
        case UInt8(ascii: "}"):
          _ = parents.popLast()
          place += 1
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"), 0...0x20:
          place += 1
        default:
          let end =
            bytes[place...].firstIndex { "\"{}[],: \n\r\t".utf8.contains($0) } ?? bytes.endIndex
          hideBare(place..<end, in: &target)
          place = end
        }
      }
    }

    /// The place after a text's closing quote, or the end of all.
    private func endOfText(from start: Int) -> Int {
      var place = start + 1
      while place < bytes.endIndex {
        switch bytes[place] {
        case UInt8(ascii: "\\"): place += 2
        case UInt8(ascii: "\""): return place + 1
        default: place += 1
        }
      }
      return bytes.endIndex
    }

    private func hide(_ range: Range<Int>, in target: inout [UInt8]) {
      for place in range {
        target[place] = isDigit(bytes[place]) ? UInt8(ascii: "1") : UInt8(ascii: "x")
      }
    }

    /// Numbers stay numbers, `true`, `false` and `null` what they are.
    private func hideBare(_ range: Range<Int>, in target: inout [UInt8]) {
      let word = bytes[range]
      if ["true", "false", "null"].contains(where: { word.elementsEqual($0.utf8) }) { return }
      let isNumber = word.allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) }
      if isNumber, isKept { return }
      for place in range where !isNumber || isDigit(bytes[place]) {
        target[place] = isDigit(bytes[place]) ? UInt8(ascii: "1") : UInt8(ascii: "x")
      }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
  }
}
