import AudioEngine
import CPeers
import Foundation
import Telephony

/// Whole paths through the session, on the instruction set that it chose, beside Foundation's.
enum PathBenchmarks {
  static var section: Section {
    let mulaw = WireFormat(.mulaw, .hz8000)
    let linear = WireFormat(.linear16, .hz8000)
    return Section(
      id: "paths", layout: .paths,
      groups: [
        inbound(linear, to: .hz8000), inbound(linear, to: .hz16000),
        inbound(linear, to: .hz16000, .lowDelay), inbound(mulaw, to: .hz8000),
        inbound(mulaw, to: .hz16000),
        outbound(.hz8000, to: linear), outbound(.hz24000, to: linear),
        outbound(.hz24000, to: mulaw), outbound(.hz24000, to: mulaw, .lowDelay),
        call(WireFormat(.linear16, .hz16000), .hz16000), call(linear, .hz16000),
        ring(320), ring(3_200),
      ])
  }

  private static let peerName = "Foundation, spandsp, speexdsp 5"

  private static func inbound(
    _ format: WireFormat, to rate: SampleRate, _ filter: Resampler.Filter = .standard
  ) -> Group {
    let suffix = filter == .standard ? "" : ", lowDelay"
    return group("message in, 100 ms", "\(format) to \(rate)\(suffix)", format) {
      var path = InboundPath(format, botRate: rate, filter: filter)
      let bot = FoundationBot(format, from: format.rate, to: rate)
      let message = unsafe Data(CountingMessage(exotel: ExotelStream.payload(format)).text)
      return [
        ours { iterations in
          let before = path.samplesRead
          for _ in 0..<iterations { path.step() }
          // The first message is short of what the filter holds back.
          precondition(path.samplesRead > before, "no samples came")
        },
        .peer(peerName) { iterations in
          for _ in 0..<iterations { BlackHole.take(bot.samples(of: message)) }
        },
      ]
    }
  }

  private static func outbound(
    _ rate: SampleRate, to format: WireFormat, _ filter: Resampler.Filter = .standard
  ) -> Group {
    let suffix = filter == .standard ? "" : ", lowDelay"
    return group("message out, 100 ms", "\(rate) to \(format)\(suffix)", format) {
      var path = OutboundPath(format, botRate: rate, filter: filter)
      let bot = FoundationBot(format, from: rate, to: format.rate)
      let speech = Inputs.speech(rate.hertz * ExotelStream.milliseconds / 1_000)
      return [
        ours { iterations in
          let before = path.mediaMessages
          for _ in 0..<iterations { path.step() }
          // The utterance's first messages wait for its prime.
          precondition(path.mediaMessages - before + 4 >= iterations, "messages are missing")
        },
        .peer(peerName) { iterations in
          for _ in 0..<iterations { BlackHole.take(bot.message(for: speech)) }
        },
      ]
    }
  }

  private static func call(_ format: WireFormat, _ rate: SampleRate) -> Group {
    group("message in and out, 100 ms", "\(format), bot at \(rate)", format) {
      var path = EchoPath(format, botRate: rate)
      return [
        ours { iterations in
          let before = path.messagesSent
          for _ in 0..<iterations { path.step() }
          precondition(path.messagesSent - before + 4 >= iterations, "messages are missing")
        }
      ]
    }
  }

  private static func ring(_ bytes: Int) -> Group {
    Group(
      name: "ring, write and read", label: "\(Text.grouped(bytes)) B", size: .bytes(bytes),
      reference: "two memcpys"
    ) {
      let source = unsafe HotMemory.source(Inputs.bytes(bytes))
      let middle = unsafe HotMemory.destination(bytes, of: UInt8(0))
      let target = unsafe HotMemory.block(bytes, of: UInt8(0), at: .source)
      var path = RingPath(byteCount: bytes)
      return [
        Contender.ours("any") { iterations in
          for _ in 0..<iterations { path.step() }
        },
        .peer("two memcpys") { iterations in
          for _ in 0..<iterations {
            unsafe peer_memcpy(middle, source, bytes)
            unsafe peer_memcpy(target, middle, bytes)
          }
        },
      ]
    }
  }

  /// The session runs on the widest instruction set and takes no other.
  private static func ours(_ run: @escaping (_ iterations: Int) -> Void) -> Contender {
    .ours(Kernels.best.name, run)
  }

  private static func group(
    _ name: String, _ label: String, _ format: WireFormat,
    _ contenders: @escaping () -> [Contender]
  ) -> Group {
    let samples = format.rate.hertz * ExotelStream.milliseconds / 1_000
    return Group(
      name: name, label: label, size: .bytes(samples * format.encoding.bytesPerSample),
      reference: peerName, contenders: contenders)
  }
}
