public import AudioEngine

/// What one message from a platform says.
///
/// Every message becomes exactly one event: what cannot be read is ``malformed(_:)``, what is not
/// known is ``ignored(_:)``. Neither ends a call; the caller counts them by kind.
public enum InboundEvent: Hashable, Sendable {
  /// The platform greeted; it has named no stream yet.
  case connected
  /// A stream begins. Indirect, so that the per-message cases stay small.
  indirect case start(StreamStart)
  /// Audio. Refers into the message that was decoded.
  case media(MediaMessage)
  /// The caller pressed a key.
  case dtmf(DTMF)
  /// The platform has played everything before a mark of ours.
  case mark(MarkEcho)
  /// The platform confirms that it dropped what was queued, where it does.
  case cleared
  /// The platform asks us to drop what we have queued, as few do.
  case clear
  /// The stream has ended; nothing may be sent any more.
  case stop(StreamStop)
  /// The platform reports trouble of its own; the call goes on.
  case fault(StreamFault)
  /// An event that this dialect does not know.
  case ignored(IgnoredEvent)
  /// A message that could not be read.
  case malformed(MalformedKind)
}

/// A key press.
public struct DTMF: Hashable, Sendable {
  /// What the platform sent, at most 64 bytes of it; opaque where the platform encrypts digits.
  public var text: String
  /// How long the key was held, where the platform says.
  public var durationMilliseconds: Int?

  /// Makes a key press.
  public init(text: String, durationMilliseconds: Int? = nil) {
    self.text = text
    self.durationMilliseconds = durationMilliseconds
  }

  /// A key that was heard in the audio.
  public init(_ tone: KeyTone) {
    self.init(
      text: String(tone.digit), durationMilliseconds: Int(tone.duration.inMilliseconds.rounded()))
  }

  /// The keys in ``text``, `0` to `9`, `*`, `#`, `A` to `D`; empty when it holds anything else.
  public var digits: [Character] {
    let keys = text.uppercased()
    return keys.allSatisfy { "0123456789*#ABCD".contains($0) } ? Array(keys) : []
  }

  /// The first key of ``digits``; nil when the text is opaque.
  public var digit: Character? { digits.first }
}

/// The echo of a mark that we sent.
public struct MarkEcho: Hashable, Sendable {
  /// The name that we gave the mark.
  public var name: String

  /// Makes an echo.
  public init(name: String) {
    self.name = name
  }
}

/// The end of a stream, as the platform words it.
public struct StreamStop: Hashable, Sendable {
  /// Why a stream ended.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// The call is over, whoever hung up.
    case callEnded
    /// The stream was stopped and the call may go on, for example in the next applet.
    case stopped
    /// The platform gave no reason, or one that is not known.
    case unknown
  }

  /// The reason, read case-insensitively and without separators.
  public var reason: Reason
  /// The reason's own words, at most 256 bytes of them; empty where none were given.
  public var text: String

  /// Makes an end of stream.
  public init(reason: Reason, text: String = "") {
    self.reason = reason
    self.text = text
  }
}

/// Trouble that a platform reports about a stream that goes on.
public struct StreamFault: Hashable, Sendable {
  /// The platform's name for it, at most 64 bytes, such as `playFailed`.
  public var name: String
  /// The platform's own words, at most 256 bytes of them; empty where it gave none.
  public var text: String

  /// Makes a fault.
  public init(name: String, text: String = "") {
    self.name = name
    self.text = text
  }
}

/// An event whose name the dialect does not know.
public struct IgnoredEvent: Hashable, Sendable {
  /// The event's name, at most 64 bytes of it, for counts and logs.
  public var name: String

  /// Makes an ignored event.
  public init(name: String) {
    self.name = name
  }
}

/// Why a message could not be read. The raw value names the kind in counts and reports.
public enum MalformedKind: String, Error, Hashable, Sendable, CaseIterable {
  /// No bytes, or white space alone.
  case empty
  /// The bytes break JSON's grammar.
  case notJSON
  /// The message ends inside its JSON.
  case truncated
  /// JSON, but an array, string, number or literal instead of an object.
  case notAnObject
  /// Objects and arrays nested more than 32 deep.
  case tooDeep
  /// More than 4,096 values in a message that is not media.
  case tooLarge
  /// Something other than white space follows the object.
  case trailingText
  /// No `event` member, or one that is not a string.
  case missingEvent
  /// A media event without a payload string.
  case missingPayload
  /// A key press without a digit.
  case missingDigit
  /// A mark without a name.
  case missingMarkName
  /// A start without the object that describes the stream.
  case missingStart
}
