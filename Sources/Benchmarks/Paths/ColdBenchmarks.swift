import AudioEngine
import Telephony

/// The same paths as a server meets them: each message is another call's, so that what a call touches has
/// left the caches when its turn comes again. The peer is one call alone, whose memory stays.
enum ColdBenchmarks {
  /// The calls that take turns.
  static let callCount = 1_000

  private static let peerName = "one call again and again"

  static var section: Section {
    let linear = WireFormat(.linear16, .hz8000)
    let mulaw = WireFormat(.mulaw, .hz8000)
    return Section(
      id: "cold", layout: .paths,
      groups: [
        inbound(linear), inbound(mulaw), outbound(linear), outbound(mulaw), echo(mulaw),
        idle(mulaw),
      ])
  }

  /// Calls in turn. They live as long as the program, which measures and ends.
  @safe private final class Turns<Path: ~Copyable> {
    private let calls: UnsafeMutablePointer<Path>
    private let count: Int
    private var next = 0
    private let begin: () -> Void

    /// - Parameters:
    ///   - count: the calls.
    ///   - begin: what happens before each round of them.
    ///   - make: makes one.
    init(_ count: Int, begin: @escaping () -> Void = {}, _ make: () -> Path) {
      self.count = count
      self.begin = begin
      unsafe calls = UnsafeMutablePointer<Path>.allocate(capacity: count)
      for index in 0..<count { unsafe (calls + index).initialize(to: make()) }
    }

    @inline(__always)
    func run(_ iterations: Int, _ step: (inout Path) -> Void) {
      for _ in 0..<iterations {
        if next == 0 { begin() }
        unsafe step(&calls[next])
        next = next + 1 == count ? 0 : next + 1
      }
    }

    deinit {
      unsafe calls.deinitialize(count: count)
      unsafe calls.deallocate()
    }
  }

  private static func inbound(_ format: WireFormat) -> Group {
    group("message in, 100 ms", "\(format)", format) { count in
      let payload = ExotelStream.payload(format)
      let message = CountingMessage(exotel: payload)
      let turns = Turns(count, begin: message.step) {
        InboundPath(format, botRate: .hz8000, message: message, byteCount: payload.count)
      }
      return { turns.run($0) { $0.take() } }
    }
  }

  private static func outbound(_ format: WireFormat) -> Group {
    group("message out, 100 ms", "\(format)", format) { count in
      let output = OutgoingText()
      let turns = Turns(count) {
        OutboundPath(format, botRate: .hz8000, filter: .standard, output: output)
      }
      return { turns.run($0) { $0.step() } }
    }
  }

  private static func echo(_ format: WireFormat) -> Group {
    group("message in and out, 100 ms", "\(format)", format) { count in
      let message = CountingMessage(exotel: ExotelStream.payload(format))
      let output = OutgoingText()
      let turns = Turns(count, begin: message.step) {
        EchoPath(format, botRate: .hz8000, message: message, output: output)
      }
      return { turns.run($0) { $0.take() } }
    }
  }

  private static func idle(_ format: WireFormat) -> Group {
    group("idle poll", "\(format)", format) { count in
      let message = CountingMessage(exotel: ExotelStream.payload(format))
      let output = OutgoingText()
      let turns = Turns(count) {
        EchoPath(format, botRate: .hz8000, message: message, output: output)
      }
      return { turns.run($0) { $0.look() } }
    }
  }

  private static func group(
    _ name: String, _ label: String, _ format: WireFormat,
    _ make: @escaping (_ calls: Int) -> (_ iterations: Int) -> Void
  ) -> Group {
    let samples = format.rate.hertz * ExotelStream.milliseconds / 1_000
    return Group(
      name: "\(name), \(callCount) calls in turn", label: label,
      size: .bytes(samples * format.encoding.bytesPerSample), reference: peerName,
      contenders: {
        [.ours(Kernels.best.name, make(callCount)), .peer(peerName, make(1))]
      })
  }
}
