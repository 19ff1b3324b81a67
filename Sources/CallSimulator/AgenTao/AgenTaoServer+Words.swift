public import AudioEngine

// The words of both wires, on the server's side of them.
extension AgenTaoServer {
  /// How client and server speak.
  public enum Profile: String, CaseIterable, Sendable {
    /// The vendor's public wire: relative requests for audio, one byte before each binary frame.
    case w1
    /// The neutral wire: absolute grants, epochs, a header of 16 bytes or base64 in JSON.
    case nvp1
  }

  /// A command of one call. Both wires spell them differently; see the two codecs.
  public enum Verb: String, CaseIterable, Sendable {
    /// Answers the caller.
    case answer
    /// Rings the callee.
    case connect
    /// Ends the call for everyone.
    case disconnect
    /// The agent leaves; ends the call where nobody else is in it.
    case close
    /// The agent is heard by the callee alone.
    case whisper
    /// The agent is heard by both.
    case barge
    /// The agent is heard by nobody.
    case spy
    /// Drops the agent's audio that was not heard yet.
    case interrupt
    /// Answered when all that the agent has sent was heard; NVP/1 alone.
    case drain
  }

  /// Who hears the agent while caller and callee are connected.
  public enum Mode: String, CaseIterable, Sendable {
    /// Both.
    case barge
    /// The callee alone.
    case whisper
    /// Nobody.
    case spy
  }

  /// Someone who can hang up.
  public enum Party: String, CaseIterable, Sendable {
    /// Who placed the call.
    case caller
    /// The number that was called.
    case callee
    /// The client of this server.
    case agent
    /// The service itself.
    case server
  }

  /// How far a call has come.
  public enum CallState: Hashable, Sendable {
    /// The caller hears ringing.
    case pending
    /// Caller and agent are connected.
    case answered
    /// Caller, callee and agent are connected.
    case connected(Mode)
    /// Over for the agent.
    case ended(by: Party)
  }

  /// What a party says, as a function of time: the same samples for every call and every reading.
  public enum Voice: Hashable, Sendable {
    /// Nothing but zeros, which are sent all the same.
    case silence
    /// A square wave of `hertz` at a level that nobody mistakes for silence.
    case tone(hertz: Int)
    /// Samples of even index hold `tag`, those of odd index their number of pairs so far, modulo
    /// 32,768: any two neighbours tell whose they are and where they belong.
    case tagged(Int16)
    /// The samples, again and again.
    case samples([Int16])

    /// The sample at `index` for a stream of `rate`.
    public func sample(at index: Int, rate: SampleRate) -> Int16 {
      switch self {
      case .silence:
        return 0
      case .tone(let hertz):
        let half = max(rate.hertz / max(hertz * 2, 1), 1)
        return index / half % 2 == 0 ? 6_000 : -6_000
      case .tagged(let tag):
        return index % 2 == 0 ? tag : Int16(index / 2 % 32_768)
      case .samples(let samples):
        return samples.isEmpty ? 0 : samples[index % samples.count]
      }
    }

    /// The samples of `range` as they go over the wire: 16 bits, little-endian.
    func bytes(_ range: Range<Int>, rate: SampleRate) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(range.count * 2)
      for index in range {
        let bits = UInt16(bitPattern: sample(at: index, rate: rate))
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      }
      return bytes
    }
  }

  /// What becomes of a `connect`.
  public enum Ring: Hashable, Sendable {
    /// The callee answers after so long.
    case answered(after: Duration)
    /// The ring ends unanswered after so long.
    case unanswered(after: Duration)
    /// Nothing happens until the command's own deadline, when the server says `TIMEOUT`.
    case silent
  }
}
