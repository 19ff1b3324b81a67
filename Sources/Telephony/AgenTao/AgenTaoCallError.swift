/// Why a command on a call did not do what it should.
public enum AgenTaoCallError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call is over. The one sign to stop working on it.
  case closed(AgenTaoTermination)
  /// The server refused the command; the call goes on as it was.
  case commandRejected(code: AgenTaoErrorCode, message: String)
  /// No answer in time, or the server's own deadline passed; the call goes on as it was.
  case commandTimedOut(AgenTaoCommand)
  /// The command makes no sense in this state; nothing was sent.
  case invalidState(AgenTaoCallState, attempted: AgenTaoCommand)
  /// A ring time outside 1 to 120 s; nothing was sent.
  case invalidRingTime(Duration)
  /// The call's media link could not be made, or cannot carry this.
  case media(AgenTaoMediaFailure)
  /// The task that waited was cancelled; the command may still take effect.
  case cancelled(AgenTaoCommand)

  /// Whether nobody answered inside the ring time, in any of the ways servers say so: the call is
  /// alive, and another branch can be taken.
  public var isUnanswered: Bool {
    switch self {
    case .commandRejected(let code, _):
      [.callUnanswered, .callRejected, .callBusy].contains(code)
    case .commandTimedOut(.connect): true
    default: false
    }
  }

  /// One line for people.
  public var description: String {
    switch self {
    case .closed(let reason): "the call is over: \(reason)"
    case .commandRejected(let code, let message):
      "the server refused: \(code)" + (message.isEmpty ? "" : ", \(message)")
    case .commandTimedOut(let command): "no answer to \(command) in time"
    case .invalidState(let state, let command): "\(command) makes no sense for a call \(state)"
    case .invalidRingTime(let time): "a ring time is 1 to 120 s, not \(time)"
    case .media(let failure): failure.description
    case .cancelled(let command): "the wait for \(command) was cancelled"
    }
  }
}

/// What went wrong with a call's media link.
public enum AgenTaoMediaFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The link could not be made; the call is lost for this client.
  case notOpened(reason: String)
  /// The link dropped before the server had ended the call.
  case lost(reason: String)
  /// Another client has the call's media.
  case busy
  /// Too many commands wait for their answers.
  case tooManyCommands
  /// The server refused the audio's flow or the media as such.
  case refused(code: AgenTaoErrorCode, message: String)

  /// One line for people.
  public var description: String {
    switch self {
    case .notOpened(let reason): "the media link could not be made: \(reason)"
    case .lost(let reason): "the media link was lost: \(reason)"
    case .busy: "another client has the call's media"
    case .tooManyCommands: "too many commands wait for their answers"
    case .refused(let code, let message): "the server refused the media: \(code), \(message)"
    }
  }
}

/// Why audio was not taken.
public enum AgenTaoSendError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The queue cannot take it: clear it, wait, or let it go.
  case bufferFull(capacityBytes: Int, queuedBytes: Int)
  /// The call is being left or ended by this client: nothing more goes out.
  case bufferClosed
  /// The call is over.
  case callClosed(AgenTaoTermination)
  /// The call has not been answered yet.
  case notAnswered
  /// The utterance was interrupted or finished: its epoch takes no more.
  case utteranceOver
  /// The samples' rate cannot be resampled to the wire's.
  case unsupportedRate

  /// One line for people.
  public var description: String {
    switch self {
    case .bufferFull(let capacity, let queued):
      "the audio queue is full: \(queued) of \(capacity) bytes wait"
    case .bufferClosed: "the audio queue is closed: the call is being left"
    case .callClosed(let reason): "the call is over: \(reason)"
    case .notAnswered: "the call has not been answered"
    case .utteranceOver: "the utterance was interrupted or finished"
    case .unsupportedRate: "the samples' rate cannot be resampled to the wire's"
    }
  }
}

/// What a server calls its reason for refusing. An open set: servers may say anything.
public struct AgenTaoErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The code as it was sent, at most 64 bytes.
  public let rawValue: String

  /// Nobody picked up inside the ring time; the call remains usable.
  public static let callUnanswered = AgenTaoErrorCode(rawValue: "CALL_UNANSWERED")
  /// The callee declined.
  public static let callRejected = AgenTaoErrorCode(rawValue: "CALL_REJECTED")
  /// The callee was busy.
  public static let callBusy = AgenTaoErrorCode(rawValue: "CALL_BUSY")
  /// A deadline passed.
  public static let timeout = AgenTaoErrorCode(rawValue: "TIMEOUT")
  /// The wrong command for the call's state, on the vendor's wire.
  public static let invalidCommand = AgenTaoErrorCode(rawValue: "INVALID_COMMAND")
  /// The wrong command for the call's state, on NVP/1.
  public static let invalidState = AgenTaoErrorCode(rawValue: "INVALID_STATE")

  /// Makes a code; what is longer than 64 bytes is cut.
  public init(rawValue: String) { self.rawValue = ASCII.prefix(rawValue, 64) }

  /// The code itself.
  public var description: String { rawValue }
}
