import PlatformREST
import Telephony

/// `sidetone plivo streams`: what streams a call has.
struct PlivoStreamsCommand: Command {
  static let name = "plivo streams"
  static let summary = "list the streams of a Plivo call"
  static let operands = [PlivoCredentials.call]
  static let options = [PlivoCredentials.timeout]
  static let notes = PlivoCredentials.notes

  private let call: String
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    call = arguments.operand(0)
    timeout = try arguments.integer("--timeout", in: 1...120) ?? 20
  }

  func run() async throws(UsageError) -> ExitStatus {
    let answer = try await PlivoCredentials.ask(within: timeout) {
      (plivo) throws(ParameterError) in try await plivo.streams(of: call)
    }
    return PlivoCredentials.report(answer) { streams in
      streams.isEmpty
        ? ["no streams"]
        : streams.map { stream in
          [
            stream.streamID, stream.status, stream.audioTrack, stream.contentType,
            stream.serviceURL,
          ].compactMap(\.self).joined(separator: "  ")
        }
    }
  }
}

/// `sidetone plivo start`: starts a stream on a call that is up.
struct PlivoStartCommand: Command {
  static let name = "plivo start"
  static let summary = "start a stream on a Plivo call"
  static let operands = [
    PlivoCredentials.call, Operand(name: "URL", help: "where the bot listens, wss://HOST/plivo"),
  ]
  static let options = [
    Option("--track", "NAME", help: "inbound, outbound or both (default inbound)"),
    Option("--one-way", help: "the bot hears and does not speak; needed for the other tracks"),
    Option("--status-callback", "URL", help: "where status callbacks go"),
    PlivoCredentials.timeout,
  ]
  static let notes = PlivoCredentials.notes

  private let call: String
  private let stream: PlivoStream
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    call = arguments.operand(0)
    timeout = try arguments.integer("--timeout", in: 1...120) ?? 20
    var stream = PlivoStream(to: arguments.operand(1))
    stream.isBidirectional = !arguments.flag("--one-way")
    let tracks = PlivoStream.AudioTrack.allCases.map(\.rawValue)
    stream.track =
      try arguments.choice("--track", of: tracks).flatMap(PlivoStream.AudioTrack.init)
      ?? .inbound
    stream.statusCallback = try arguments.text("--status-callback").map { .init(url: $0) }
    self.stream = stream
  }

  func run() async throws(UsageError) -> ExitStatus {
    let answer = try await PlivoCredentials.ask(within: timeout) {
      (plivo) throws(ParameterError) in try await plivo.start(stream, on: call)
    }
    return PlivoCredentials.report(answer) { [$0.streamID] }
  }
}

/// `sidetone plivo stop`: stops a call's streams.
struct PlivoStopCommand: Command {
  static let name = "plivo stop"
  static let summary = "stop one stream of a Plivo call, or all"
  static let operands = [
    PlivoCredentials.call,
    Operand(name: "STREAM_ID", help: "the stream (default all)", isRequired: false),
  ]
  static let options = [PlivoCredentials.timeout]
  static let notes = PlivoCredentials.notes

  private let call: String
  private let stream: String?
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    call = arguments.operand(0)
    stream = arguments.optionalOperand(1)
    timeout = try arguments.integer("--timeout", in: 1...120) ?? 20
  }

  func run() async throws(UsageError) -> ExitStatus {
    let answer = try await PlivoCredentials.ask(within: timeout) {
      (plivo) throws(ParameterError) in try await plivo.stop(stream, of: call)
    }
    return PlivoCredentials.report(answer) {
      [$0 ? "stopped" : "was over already"]
    }
  }
}

/// `sidetone plivo hangup`: ends a call.
struct PlivoHangUpCommand: Command {
  static let name = "plivo hangup"
  static let summary = "hang up a Plivo call"
  static let operands = [PlivoCredentials.call]
  static let options = [PlivoCredentials.timeout]
  static let notes = PlivoCredentials.notes

  private let call: String
  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    call = arguments.operand(0)
    timeout = try arguments.integer("--timeout", in: 1...120) ?? 20
  }

  func run() async throws(UsageError) -> ExitStatus {
    let answer = try await PlivoCredentials.ask(within: timeout) {
      (plivo) throws(ParameterError) in try await plivo.hangUp(call)
    }
    return PlivoCredentials.report(answer) {
      [$0 ? "hung up" : "was over already"]
    }
  }
}
