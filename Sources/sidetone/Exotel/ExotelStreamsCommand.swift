import PlatformREST
import Telephony

/// `sidetone exotel streams`: how many streams are up, and how many may be.
struct ExotelStreamsCommand: Command {
  static let name = "exotel streams"
  static let summary = "ask Exotel how many streams are up"
  static let operands: [Operand] = []
  static let options = [ExotelCredentials.timeout]
  static let notes = """
    \(ExotelCredentials.notes)

    exit status: 0 below four fifths of the limit, 1 from there on or where Exotel
    does not answer, 2 wrong usage
    """

  private let timeout: Int

  init(_ arguments: Arguments) throws(UsageError) {
    timeout = try ExotelCredentials.timeout(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    let account = try ExotelCredentials.account()
    let answer = await ExotelREST(account, within: .seconds(timeout)).activeStreams()
    let status = ExotelCredentials.report(answer, unknownAdvice: "try again later") { streams in
      let limit = streams.limit.map { " of \($0)" } ?? ", limit not told"
      return "\(streams.active)\(limit) streams are up"
    }
    if case .accepted(let streams) = answer, streams.isNearLimit {
      Console.complain(
        "sidetone exotel streams: the limit is near; beyond it streams fail as "
          + "Streaming_call_throttled")
      return .failure
    }
    return status
  }
}
