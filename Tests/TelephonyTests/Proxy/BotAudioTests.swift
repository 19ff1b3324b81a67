import AudioEngine
import Telephony
import Testing

/// What bots send in place of audio.
@Suite("BotAudio") struct BotAudioTests {
  private static let wire = WireFormat(.linear16, .hz8000)

  /// Something like a voice: a few partials that grow and fade.
  static func voice(_ count: Int) -> [Int16] {
    var wave = 0
    var slope = 300
    return (0..<count).map { index in
      wave += slope
      if abs(wave) > 3_000 + index % 700 * 9 { slope = wave > 0 ? -(250 + index % 90) : 310 }
      return Int16(clamping: wave)
    }
  }

  private func bytes(_ samples: [Int16], bigEndian: Bool = false) -> [UInt8] {
    samples.flatMap { sample -> [UInt8] in
      let word = UInt16(bitPattern: sample)
      let pair = [UInt8(word & 0xFF), UInt8(word >> 8)]
      return bigEndian ? pair.reversed() : pair
    }
  }

  private func header(rate: Int, tag: UInt8 = 1) -> [UInt8] {
    func word(_ value: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    return Array("RIFF".utf8) + word(36 + 1_600) + Array("WAVEfmt ".utf8) + word(16) + [
      tag, 0, 1, 0,
    ]
      + word(rate) + word(rate * 2) + [2, 0, 16, 0] + Array("data".utf8) + word(1_600)
  }

  /// What reaches the platform of payloads, and the faults that were found.
  private func play(
    _ payloads: [[UInt8]], _ dialect: Platform = .exotel, wire: WireFormat = wire
  ) throws -> (arrived: [Int16], faults: [BotFault: Int]) {
    let trial = try ProxyTrial(wire, dialect: dialect)
    trial.begin()
    for payload in payloads { _ = trial.send(ProxyTrial.media(bytes: payload, dialect)) }
    trial.wait(2_000)
    return (trial.arrived, trial.faults)
  }

  @Test("samples with swapped bytes are put right and told")
  func swapped() throws {
    let voice = Self.voice(3_200)
    let (arrived, faults) = try play([bytes(voice, bigEndian: true)])
    #expect(arrived == voice)
    #expect(faults == [.swappedBytes: 1])
    #expect(try play([bytes(voice)]).faults.isEmpty)
  }

  @Test("eight-bit samples, silence, noise and one-byte pieces are what they seem")
  func unswapped() throws {
    let eight = Self.voice(1_600).map { ($0 >> 8) << 8 }
    var seed: UInt64 = 9
    let noise = (0..<1_600).map { _ in
      seed = seed &* 6_364_136_223_846_793_005 &+ 1
      return Int16(truncatingIfNeeded: seed >> 40) / 4
    }
    for samples in [eight, noise, [Int16](repeating: 0, count: 1_600)] {
      let (arrived, faults) = try play([bytes(samples)])
      #expect(arrived == samples && faults.isEmpty)
    }
    let voice = Self.voice(400)
    let (arrived, faults) = try play(bytes(voice).map { [$0] })
    #expect(arrived == voice && faults.isEmpty)
  }

  @Test("headers of files are cut off, and what they say is compared")
  func headers() throws {
    let voice = Self.voice(800)
    var (arrived, faults) = try play([header(rate: 8_000) + bytes(voice)])
    #expect(arrived == voice && faults == [.header: 1])
    (arrived, faults) = try play([header(rate: 24_000) + bytes(voice)])
    #expect(arrived == voice && faults == [.header: 1, .formatMismatch: 1])
    for cut in 0..<44 {
      (arrived, faults) = try play([Array(header(rate: 8_000).prefix(cut))])
      if cut >= 12 { #expect(arrived.isEmpty && faults == [.header: 1], "\(cut)") }
    }
    (arrived, faults) = try play([Array("ID3".utf8) + bytes(voice)])
    #expect(arrived.isEmpty && faults == [.compressed: 1])
  }

  @Test("linear samples under mu-law's label are told; mu-law is not")
  func label() throws {
    let wire = WireFormat(.mulaw, .hz8000)
    let voice = Self.voice(1_600)
    #expect(try play([bytes(voice)], .plivo, wire: wire).faults == [.linearAsCompanded: 1])
    var codes = [UInt8](repeating: 0, count: 1_600)
    var span = codes.mutableSpan
    var raw = unsafe span.mutableBytes
    G711.mulawEncode(voice.span, into: &raw)
    #expect(try play([codes], .plivo, wire: wire).faults.isEmpty)
  }

  @Test("what is no base64, no message or no event is counted by kind")
  func words() throws {
    let trial = try ProxyTrial(Self.wire, dialect: .exotel)
    trial.begin()
    for text in [
      "{\"event\":\"media\",\"media\":{\"payload\":\"a$$b\"}}",
      "{\"event\":\"media\",\"media\":{}}", "{", "",
      "{\"event\":\"speak\"}", "{\"event\":\"media\",\"media\":{\"payload\":\"\"}}",
      "{\"event\":\"clear\",\"stream_sid\":\"other\"}",
    ] {
      #expect(trial.send(text) == .none)
    }
    trial.proxy.receiveBinary()
    #expect(
      trial.faults == [
        .invalidBase64: 1, .unreadable: 3, .unknownEvent: 1, .emptyAudio: 1, .wrongStream: 1,
        .binary: 1,
      ])
    #expect(trial.proxy.lastUnknownEvent == "speak")
    let plivo = try ProxyTrial(Self.wire, dialect: .plivo)
    plivo.begin()
    #expect(plivo.send("{\"event\":\"sendDTMF\",\"dtmf\":\"12#\"}") == .press("12#"))
  }
}
