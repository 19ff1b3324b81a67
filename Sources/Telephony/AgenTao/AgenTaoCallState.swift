/// Where a call is between ringing and its end.
public enum AgenTaoCallState: Hashable, Sendable, CustomStringConvertible {
  /// It rings; nothing has been done yet.
  case pending
  /// The caller and the bot hear each other.
  case answered
  /// Caller, callee and bot are in one conference; how the bot is heard, where it is known.
  case connected(AgenTaoAgentMode?)
  /// Over for this client, for good.
  case disconnected(AgenTaoTermination)

  /// One word.
  public var description: String {
    switch self {
    case .pending: "pending"
    case .answered: "answered"
    case .connected: "connected"
    case .disconnected: "disconnected"
    }
  }

  /// Why the call is over, once it is.
  public var termination: AgenTaoTermination? {
    if case .disconnected(let reason) = self { reason } else { nil }
  }

  /// Whether audio flows.
  public var isStreaming: Bool {
    switch self {
    case .answered, .connected: true
    case .pending, .disconnected: false
    }
  }

  var isConnected: Bool {
    if case .connected = self { true } else { false }
  }
}

/// Who hears the bot in a conference. The bot always hears both.
public enum AgenTaoAgentMode: String, Hashable, Sendable, CaseIterable {
  /// Caller and callee hear it.
  case barge
  /// Only the connector's own side hears it: the callee of an inbound call.
  case whisper
  /// Nobody hears it.
  case spy
}

/// Why a call is over.
public enum AgenTaoTermination: Hashable, Sendable, CustomStringConvertible {
  /// The other party hung up.
  case remoteHangup
  /// The callee hung up.
  case calleeHangup
  /// This client left; the parties may talk on.
  case agentClosed
  /// This client ended the call for everyone.
  case agentDisconnected
  /// Trouble of the server's.
  case serverError
  /// A rule of the connector's.
  case policy
  /// The media link was gone before the server said that the call was over.
  case mediaLost
  /// The server gave no reason; the vendor's wire never does.
  case unspecified
  /// A reason that is not known here, at most 64 bytes.
  case other(String)

  /// The name of a reason on the wire.
  init(named name: String?) {
    self =
      switch name {
      case "remoteHangup": .remoteHangup
      case "calleeHangup": .calleeHangup
      case "agentClosed": .agentClosed
      case "agentDisconnected": .agentDisconnected
      case "serverError": .serverError
      case "policy": .policy
      case "mediaTimeout": .mediaLost
      case nil, "": .unspecified
      case let name?: .other(ASCII.prefix(name, 64))
      }
  }

  /// A few words.
  public var description: String {
    switch self {
    case .remoteHangup: "the other party hung up"
    case .calleeHangup: "the callee hung up"
    case .agentClosed: "this client left"
    case .agentDisconnected: "this client ended it"
    case .serverError: "a server error"
    case .policy: "a rule of the connector's"
    case .mediaLost: "the media link was lost"
    case .unspecified: "no reason given"
    case .other(let name): name
    }
  }
}

/// What a call tells beside its audio, in order. Failed commands that have no event here are only
/// told to whoever gave them.
public enum AgenTaoCallEvent: Hashable, Sendable {
  /// The call was answered.
  case answered
  /// It was not; it still rings.
  case answerFailed(AgenTaoCallError)
  /// The conference stands; the mode where the server says it.
  case connected(AgenTaoAgentMode?)
  /// It does not; the call is as it was.
  case connectFailed(AgenTaoCallError)
  /// Trouble of the server's that does not end the call.
  case serviceError(code: AgenTaoErrorCode, message: String)
  /// The call is over. Comes exactly once, last.
  case terminated(AgenTaoTermination)
}

/// What leaving a call did.
public enum AgenTaoLeaveOutcome: Hashable, Sendable {
  /// The call is over for the caller too.
  case callEnded
  /// Caller and callee talk on without the bot.
  case partiesRemain
}
