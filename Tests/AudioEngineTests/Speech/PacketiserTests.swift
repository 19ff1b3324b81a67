import Testing

@testable import AudioEngine

@Suite struct PacketiserTests {
  static let policies = [
    ChunkPolicy(minimumBytes: 320, maximumBytes: 2_000, multipleBytes: 320),
    ChunkPolicy(minimumBytes: 3_200, maximumBytes: 100_000, multipleBytes: 320),
    ChunkPolicy(
      minimumBytes: 160, maximumBytes: 1_600, multipleBytes: 160, preferredBytes: 320,
      tailMultipleBytes: 320),
    ChunkPolicy(minimumBytes: 2, maximumBytes: 640, multipleBytes: 2, preferredBytes: 640),
  ]

  private func packetiser(_ policy: ChunkPolicy, capacity: Int = 100_000) -> Packetiser {
    var playback = PlaybackPolicy(chunk: policy)
    playback.prime = .milliseconds(100)
    return Packetiser(playback, wire: WireFormat(.mulaw, .hz8000), capacity: capacity)
  }

  @Test("every length of speech becomes legal payloads that carry all of it", arguments: policies)
  func tails(policy: ChunkPolicy) throws {
    let packetiser = packetiser(policy)
    for length in 1...(3 * policy.preferredBytes + policy.minimumBytes + 7) {
      var rest = length
      while rest > 0 {
        let cut = try #require(
          packetiser.cut(waiting: rest, isOpen: false, begins: true, room: nil))
        #expect(policy.isLegal(byteCount: cut.total))
        #expect(cut.audio > 0 && cut.audio <= min(cut.total, rest))
        #expect(cut.audio == cut.total || cut.audio == rest)
        rest -= cut.audio
      }
    }
  }

  @Test("open speech is never padded, and is gathered before it begins", arguments: policies)
  func open(policy: ChunkPolicy) {
    let packetiser = packetiser(policy)
    for waiting in 0...(policy.preferredBytes + 900) {
      let going = packetiser.cut(waiting: waiting, isOpen: true, begins: false, room: nil)
      let first = packetiser.cut(waiting: waiting, isOpen: true, begins: true, room: nil)
      let whole = Packetiser.Cut(audio: policy.preferredBytes, total: policy.preferredBytes)
      #expect(going == (waiting >= policy.preferredBytes ? whole : nil))
      #expect(first == (waiting >= policy.preferredBytes + 800 ? whole : nil))
    }
  }

  @Test("a queue that holds less than the prime is not waited for")
  func smallQueue() {
    let small = packetiser(Self.policies[0], capacity: 640)
    #expect(small.cut(waiting: 639, isOpen: true, begins: true, room: nil) == nil)
    #expect(small.cut(waiting: 640, isOpen: true, begins: true, room: nil)?.total == 320)
  }

  @Test("nothing leaves beyond the room that there is, and what does is legal", arguments: policies)
  func room(policy: ChunkPolicy) {
    let packetiser = packetiser(policy)
    for room in 0...(policy.preferredBytes + 10) {
      for waiting in [1, policy.minimumBytes, policy.preferredBytes] {
        let cut = packetiser.cut(waiting: waiting, isOpen: false, begins: true, room: room)
        #expect(cut.map { $0.total <= room && policy.isLegal(byteCount: $0.total) } ?? true)
        #expect(cut != nil || room < policy.maximumBytes)
        if room < policy.minimumBytes { #expect(cut == nil) }
      }
    }
  }
}
