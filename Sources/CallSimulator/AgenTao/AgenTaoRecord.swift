/// What became of one call on an ``AgenTaoServer``, as the server saw it.
public struct AgenTaoCallRecord: Sendable {
  /// One command.
  public struct Command: Hashable, Sendable {
    /// What was asked.
    public let verb: AgenTaoServer.Verb
    /// The client's name for it.
    public let id: String
    /// The outcome: `ok`, an error code, or nil while there is none.
    public internal(set) var outcome: String?
  }

  /// The call's id on the wire.
  public let id: String
  /// How far it has come.
  public internal(set) var state = AgenTaoServer.CallState.pending
  /// Whether its media link is open.
  public internal(set) var hasMedia = false
  /// How often a media link was opened for it.
  public internal(set) var mediaLinks = 0
  /// How often it was announced or offered to any client.
  public internal(set) var offers = 0
  /// The commands in the order of their arrival; the first 1,024.
  public internal(set) var commands: [Command] = []
  /// Caller and callee talk on without the agent.
  public internal(set) var partiesRemain = false

  /// What the caller heard of the agent, 16 bits little-endian, silence left out; up to
  /// ``AgenTaoServer/Configuration/recordedBytes``.
  public internal(set) var heardByCaller: [UInt8] = []
  /// The same for the callee.
  public internal(set) var heardByCallee: [UInt8] = []
  /// How many bytes the caller heard, also beyond what is kept.
  public internal(set) var bytesHeardByCaller = 0
  /// In how many stretches without a pause the caller heard it.
  public internal(set) var stretchesToCaller = 0
  /// How many bytes of audio came from the client.
  public internal(set) var receivedBytes = 0
  /// How many bytes were asked for, all epochs together.
  public internal(set) var allowedBytes = 0
  /// Bytes that came without having been asked for.
  public internal(set) var excessBytes = 0
  /// Bytes that an interruption dropped.
  public internal(set) var discardedBytes = 0
  /// Bytes of an older epoch that came after an interruption.
  public internal(set) var staleBytes = 0
  /// Bytes of the parties' audio that went to the client.
  public internal(set) var spokenBytes = 0

  /// Messages that were no JSON, lacked what they must have, or had a broken header.
  public internal(set) var malformed = 0
  /// Messages of a kind that the wire does not know.
  public internal(set) var unknown = 0
}

/// What an ``AgenTaoServer`` has seen on its control side.
public struct AgenTaoServerRecord: Hashable, Sendable {
  /// Control connections that were accepted, all in all.
  public internal(set) var controlLinks = 0
  /// Control connections that are open now.
  public internal(set) var openControlLinks = 0
  /// Set-ups that were completed.
  public internal(set) var setups = 0
  /// Upgrades that were refused, of either kind, by HTTP status.
  public internal(set) var refusals: [Int: Int] = [:]
  /// Messages that were no JSON or lacked what they must have.
  public internal(set) var malformed = 0
  /// Messages of a kind that the wire does not know.
  public internal(set) var unknown = 0
  /// The ids of the latest calls, at most ``AgenTaoServer/mostCalls``, oldest first.
  public internal(set) var calls: [String] = []
}
