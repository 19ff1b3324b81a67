import AudioEngine
import CAllocationCount
import Telephony
import Testing

/// Both ends of each dialect, one against the other; what ends write is compared with documents in the
/// platforms' own tests.
@Suite("PlatformEnd") struct PlatformEndTests {
  static let ends = PlatformRegistry.standard.entries.filter { $0.makeEnd != nil }.map(\.platform)

  private static let start = StreamStart(
    streamSID: "s-1", callSID: "c \"1\"", accountSID: "a", from: "+919800000001", to: "0800 1",
    customParameters: ["from": "+919800000001", "to": "0800 1", "ref": "a;b=c,{\"\u{e9}\"}"])

  private func pair(
    _ platform: Platform
  ) throws -> (end: any PlatformEnd, codec: any WireCodec) {
    let entry = try #require(PlatformRegistry.standard.entry(for: platform))
    return (try #require(entry.makeEnd?()), entry.makeCodec())
  }

  /// The bytes that `write` leaves; nil where it says that there are none.
  private func text(_ write: (inout MessageBuffer) -> Bool) -> [UInt8]? {
    var message = MessageBuffer()
    guard write(&message) else {
      #expect(message.count == 0)
      return nil
    }
    return unsafe message.bytes.withUnsafeBytes { unsafe Array($0) }
  }

  private func event(
    _ codec: any WireCodec, _ write: (inout MessageBuffer) -> Bool
  ) -> InboundEvent? {
    text(write).map { unsafe codec.decode($0.span.bytes) }
  }

  @Test("what an end says of a stream, its codec reads", arguments: ends)
  func start(platform: Platform) throws {
    for wanted in [WireFormat(.mulaw, .hz8000), WireFormat(.linear16, .hz16000)] {
      var (end, codec) = try pair(platform)
      let format = end.wireFormat(nearest: wanted)
      #expect(end.wireFormat(nearest: format) == format)
      let start = end.adopting(Self.start)
      if let greeting = event(codec, { end.encodeGreeting(into: &$0) }) {
        #expect(greeting == .connected)
      }
      let read = event(codec) {
        end.encodeStart(start, format: format, into: &$0)
        return true
      }
      guard case .start(let told)? = read else {
        Issue.record("\(String(describing: read))")
        return
      }
      #expect(told.streamSID == start.streamSID && told.callSID == start.callSID)
      #expect(told.accountSID == start.accountSID)
      #expect(told.from == start.from && told.to == start.to)
      #expect(told.customParameters == start.customParameters)
      #expect(codec.wireFormat(for: told, query: URLQuery()) == format)
      #expect(end.platform == platform && codec.platform == platform)
    }
  }

  @Test("identifiers take the platform's shape, once, and equal ones stay equal", arguments: ends)
  func identifiers(platform: Platform) throws {
    let end = try pair(platform).end
    let start = end.adopting(Self.start)
    #expect(start != Self.start && start == end.adopting(Self.start))
    #expect(end.adopting(start) == start)
    var other = Self.start
    other.streamSID = "s-2"
    #expect(end.adopting(other).streamSID != start.streamSID)
    #expect(end.adopting(other).callSID == start.callSID)
    let empty = end.adopting(StreamStart())
    #expect(empty.streamSID != nil && empty.callSID != nil && empty.streamSID != empty.callSID)
  }

  @Test("media, keys, marks and the end are read as they were meant", arguments: ends)
  func events(platform: Platform) throws {
    var (end, codec) = try pair(platform)
    _ = text {
      end.encodeStart(Self.start, format: WireFormat(.mulaw, .hz8000), into: &$0)
      return true
    }
    for number in 1...2 {
      let message = try #require(
        text {
          end.beginMedia(at: .milliseconds(20 * number), into: &$0)
          $0.append("//8A")
          end.endMedia(into: &$0)
          return true
        })
      guard case .media(let media) = unsafe codec.decode(message.span.bytes) else {
        Issue.record("no media: \(String(decoding: message, as: UTF8.self))")
        return
      }
      #expect(String(decoding: message[media.payload], as: UTF8.self) == "//8A")
      #expect(media.chunk == number && media.timestampMilliseconds == 20 * number)
      #expect(media.track == .inbound && media.sequenceNumber != nil)
    }
    let key = event(codec) {
      end.encodeKey(DTMF(text: "#"), at: .seconds(1), into: &$0)
      return true
    }
    guard case .dtmf(let pressed)? = key else {
      Issue.record("\(String(describing: key))")
      return
    }
    #expect(pressed.text == "#")
    let mark = event(codec) {
      end.encodeMark("a \"mark\"", into: &$0)
      return true
    }
    #expect(mark == .mark(MarkEcho(name: "a \"mark\"")))
    if let cleared = event(codec, { end.encodeCleared(into: &$0) }) { #expect(cleared == .cleared) }
    let ended = event(codec) { end.encodeStop(StreamStop(reason: .callEnded), into: &$0) }
    if let ended {
      guard case .stop = ended else {
        Issue.record("\(ended)")
        return
      }
    } else {
      #expect(end.habits.closesSocket)
    }
  }

  @Test("what a bot's codec writes, the end reads, and knows another's stream", arguments: ends)
  func commands(platform: Platform) throws {
    var (end, codec) = try pair(platform)
    let format = end.wireFormat(nearest: WireFormat(.mulaw, .hz8000))
    _ = text {
      end.encodeStart(Self.start, format: format, into: &$0)
      return true
    }
    for isForeign in [false, true] {
      let start = isForeign ? StreamStart(streamSID: "s-2") : Self.start
      codec.streamStarted(start, format: format)
      let media = try #require(
        text {
          codec.beginMedia(into: &$0)
          $0.append("//8A")
          codec.endMedia(into: &$0)
          return true
        })
      let command = unsafe end.decode(media.span.bytes)
      guard case .media(let found) = command.kind else {
        Issue.record("\(command)")
        return
      }
      #expect(String(decoding: media[found.payload], as: UTF8.self) == "//8A")
      #expect(command.isForeign == isForeign)
      func read(_ write: (inout MessageBuffer) -> Bool) -> BotCommand? {
        text(write).map { unsafe end.decode($0.span.bytes) }
      }
      let mark = read {
        codec.encodeMark("m\"1", into: &$0)
        return true
      }
      #expect(mark == BotCommand(.mark("m\"1"), isForeign: isForeign))
      let clear = read {
        codec.encodeClear(into: &$0)
        return true
      }
      #expect(clear == BotCommand(.clear, isForeign: isForeign))
      if let keys = read({ codec.encodeKeys("12#", into: &$0) }) {
        #expect(keys == BotCommand(.keys("12#")))
      }
    }
  }

  @Test("no bytes of a bot's do harm", arguments: ends)
  func nonsense(platform: Platform) throws {
    let end = try pair(platform).end
    func kind(_ text: String) -> BotCommand.Kind {
      let bytes = Array(text.utf8)
      return unsafe end.decode(bytes.span.bytes).kind
    }
    #expect(kind("") == .malformed(.empty))
    #expect(kind("[]") == .malformed(.notAnObject))
    #expect(kind("{") == .malformed(.truncated))
    #expect(kind("{}") == .malformed(.missingEvent))
    #expect(kind(#"{"event":7}"#) == .malformed(.missingEvent))
    #expect(kind(#"{"event":"other"}"#) == .ignored(IgnoredEvent(name: "other")))
    #expect(
      kind(#"{"event":"\#(String(repeating: "x", count: 99))"}"#)
        == .ignored(IgnoredEvent(name: String(repeating: "x", count: 64))))
    for length in 0..<40 {
      _ = kind(String(#"{"event":"media","media":{"payload":"AA"}}"#.prefix(length)))
    }
  }

  @Test("an end allocates nothing for a media message, either way", arguments: ends)
  func allocatesNothing(platform: Platform) throws {
    guard allocation_counting_works() else {
      print("SKIPPED: the sanitizer owns malloc, so allocations are not counted")
      return
    }
    var (end, codec) = try pair(platform)
    let format = end.wireFormat(nearest: WireFormat(.mulaw, .hz8000))
    codec.streamStarted(Self.start, format: format)
    var message = MessageBuffer()
    end.encodeStart(Self.start, format: format, into: &message)
    let said = try #require(
      text {
        codec.beginMedia(into: &$0)
        $0.append("//8A")
        codec.endMedia(into: &$0)
        return true
      })
    var read = 0
    var counted: UInt64 = 0
    for round in 0..<1_000 {
      let before = allocation_count()
      if case .media(let media) = unsafe end.decode(said.span.bytes).kind {
        read += media.payload.count
      }
      message.removeAll()
      end.beginMedia(at: .milliseconds(20 * round), into: &message)
      message.append("//8A")
      end.endMedia(into: &message)
      if round >= 10 { counted += allocation_count() - before }
    }
    #expect(counted == 0 && read == 4_000)
  }
}
