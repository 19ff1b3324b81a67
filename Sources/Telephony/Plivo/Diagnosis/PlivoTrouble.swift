/// What can go wrong with a stream, by Plivo's names, in plain words.
public enum PlivoTrouble: String, Hashable, Sendable, CaseIterable {
  /// The WebSocket could not be opened.
  case connectionFailed = "connection_failed"
  /// Our server refused the signature.
  case authenticationFailed = "authentication_failed"
  /// Audio was labelled with another format than the stream's.
  case invalidContentType = "invalid_content_type"
  /// Audio was sent faster than it can be played.
  case bufferOverflow = "buffer_overflow"
  /// We read Plivo's audio too slowly.
  case slowConsumer = "slow_consumer"
  /// The stream was cut, or never came up.
  case droppedStream = "dropped_stream"
  /// Our socket vanished in the middle of the call.
  case disconnected = "disconnected"
  /// A play was refused.
  case playFailed = "play_failed"

  /// The trouble that a text of Plivo's names; nil where it names none that is known.
  public init?(named text: String) {
    let folded = ASCII.folded(text)
    let words: [(String, PlivoTrouble)] = [
      ("connectionfailed", .connectionFailed), ("authenticationfailed", .authenticationFailed),
      ("signature", .authenticationFailed), ("invalidcontenttype", .invalidContentType),
      ("bufferoverflow", .bufferOverflow), ("slowconnection", .slowConsumer),
      ("slowconsumer", .slowConsumer), ("disconnectedwiththeremote", .disconnected),
      ("connectiondisconnected", .disconnected), ("playfailed", .playFailed),
      ("droppedstream", .droppedStream),
    ]
    guard let found = words.first(where: { folded.contains($0.0) }) else { return nil }
    self = found.1
  }

  /// What happened, one sentence.
  public var cause: String {
    switch self {
    case .connectionFailed: "Plivo could not open the WebSocket."
    case .authenticationFailed: "The server refused Plivo's signature."
    case .invalidContentType:
      "Audio was labelled with another format than the stream has, so nothing of it was played."
    case .bufferOverflow: "Audio was sent farther ahead than Plivo's queue holds."
    case .slowConsumer: "The server reads the caller's audio too slowly; Plivo's backlog grows."
    case .droppedStream: "The stream never came up, or was cut."
    case .disconnected: "The server's socket vanished in the middle of the call."
    case .playFailed: "Plivo could not play what it was sent."
    }
  }

  /// What to check, most likely first.
  public var checks: [String] {
    switch self {
    case .connectionFailed:
      [
        "Check host name, port, path and the certificate with its whole chain.",
        "Check that the upgrade is answered with 101 within a second.",
        "Expect two more attempts for the same stream.",
      ]
    case .authenticationFailed:
      [
        "Check that the server knows the public address that Plivo dials (--public-url).",
        "Check the auth token: of the subaccount that owns the number, or the main account's.",
        "After a change of the token, give the server both for a while.",
      ]
    case .invalidContentType:
      ["Send contentType and sampleRate as start announced them; resample, never relabel."]
    case .bufferOverflow: ["Send at the speed of speech, with less than 30 s of lead."]
    case .slowConsumer:
      [
        "Look for a blocked event loop, a busy machine or a slow proxy.",
        "At 90 % end the stream or hand the call over: Plivo drops it next.",
      ]
    case .droppedStream:
      [
        "Look at the server's log for this stream: a crash, a restart, a refused upgrade.",
        "If the call is still up, start a stream again (sidetone plivo streams) or transfer it.",
      ]
    case .disconnected:
      ["Look for a crash, a proxy's idle time-out, or pings that were not sent."]
    case .playFailed: ["Check the payload: raw audio in base64, whole samples, no WAV header."]
    }
  }
}

/// How a call ended, by the codes that Plivo's hangup callback carries.
public enum PlivoHangup {
  /// What a hangup code means on a streamed call.
  ///
  /// - Parameters:
  ///   - code: `HangupCauseCode`.
  ///   - streamSeconds: how long the stream was up, if known.
  /// - Returns: one sentence; nil of a code that says nothing of streams.
  public static func meaning(ofCode code: Int, streamSeconds: Int? = nil) -> String? {
    switch code {
    case 2070: "India's rules for media anchoring were violated."
    case 4000: "A party hung up."
    case 4010 where (streamSeconds ?? .max) < 10:
      "The XML ran out within seconds: the bot refused or crashed, or keepCallAlive is missing."
    case 4010: "The XML ran out, as it does when the bot ends the stream."
    case 5030: "The account's limit of concurrent calls was reached."
    case 6000: "The call was ended on schedule."
    case 6010: "Nobody answered in time."
    case 6020: "No media flowed for 60 s."
    case 7011, 8011: "The answer URL could not be reached, or gave something that is no Plivo XML."
    case 7013, 8013: "The transfer URL could not be reached, or gave bad XML."
    default: nil
    }
  }
}
