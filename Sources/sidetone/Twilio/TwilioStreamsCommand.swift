import PlatformREST
import Telephony

/// `sidetone twilio streams`: starts and stops the one-way streams of a call, beside its TwiML. Twilio's API
/// has no list of them.
struct TwilioStreamsCommand: Command {
  static let name = "twilio streams"
  static let summary = "start or stop a one-way stream on a Twilio call"
  static let operands = [TwilioCredentials.call]
  static let options = [
    Option(
      "--start", "URL", help: "start one to the socket of a bot that listens, wss://HOST/PATH"),
    Option("--stop", "SID", help: "stop one by its sid or its name"),
    Option(
      "--track", "NAME",
      help: "with --start: inbound_track, outbound_track or both_tracks (default inbound_track)"),
    Option("--name", "NAME", help: "with --start: unique within the call, to stop it by"),
    TwilioCredentials.parameter,
    Option("--status-callback", "URL", help: "with --start: where its status goes"),
    TwilioCredentials.timeout,
  ]
  static let notes = """
    A two-way stream is the call's own: it is started by TwiML and ends with the
    socket or the call ('sidetone twilio hangup').

    \(TwilioCredentials.notes)

    exit status: 0 done, 1 refused or not known to be done, 2 wrong usage
    """

  private enum Act {
    case start(TwilioStream)
    case stop(String)
  }

  private let call: String
  private let act: Act
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    call = arguments.operand(0)
    timeout = try TwilioCredentials.timeout(arguments)
    switch (try arguments.text("--start"), try arguments.text("--stop")) {
    case (let url?, nil): act = .start(try Self.stream(to: url, arguments))
    case (nil, let sid?): act = .stop(sid)
    case (nil, nil): throw UsageError("--start or --stop is missing: Twilio lists no streams")
    case (_?, _?): throw UsageError("--start and --stop exclude each other")
    }
  }

  private static func stream(
    to url: String, _ arguments: Arguments
  ) throws(UsageError) -> TwilioStream {
    var stream = TwilioStream(to: url)
    stream.isBidirectional = false
    let tracks = TwilioStream.AudioTrack.allCases.map(\.rawValue)
    stream.track =
      try arguments.choice("--track", of: tracks).flatMap(TwilioStream.AudioTrack.init)
      ?? .inbound
    stream.name = try arguments.text("--name")
    stream.statusCallback = try arguments.text("--status-callback")
    // A one-way stream of the caller's track looks like a two-way one.
    stream.parameters =
      try arguments.pairs("--parameter") + [("direction", "unidirectional")]
    return stream
  }

  func run() async throws(UsageError) -> ExitStatus {
    switch act {
    case .start(let stream):
      let answer = try await TwilioCredentials.ask(within: timeout) {
        (twilio) throws(ParameterError) in try await twilio.start(stream, on: call)
      }
      return TwilioCredentials.report(
        answer, unknownAdvice: "it may be up: do not repeat this blindly"
      ) { $0.streamSID }
    case .stop(let sid):
      let answer = try await TwilioCredentials.ask(within: timeout) {
        (twilio) throws(ParameterError) in try await twilio.stop(sid, of: call)
      }
      return TwilioCredentials.report(answer, unknownAdvice: "ask again: that does no harm") {
        $0 ? "stopped" : "was over already"
      }
    }
  }
}
