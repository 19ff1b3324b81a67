import BotTransport
import Recording

/// Where a server leaves the traces of its calls.
struct TraceOptions {
  static let options = [
    Option(
      "--trace", "DIR",
      help: "write all that goes into each call and comes out into a file of this folder, for "
        + "sidetone replay; numbers and secrets are hidden, speech is not"),
    Option(
      "--trace-calls", "WHICH",
      help: "all, or trouble: only calls in which something went wrong, the last minute of each "
        + "(default all)"),
  ]

  /// The folder's path; nil where nothing is traced.
  let path: String?
  private let folder: TraceFolder?
  private let extent: CallTracing.Extent

  init(_ arguments: Arguments) throws(UsageError) {
    let name = try arguments.choice(
      "--trace-calls", of: CallTracing.Extent.allCases.map(\.rawValue))
    extent = name.flatMap(CallTracing.Extent.init) ?? .all
    path = try arguments.text("--trace")
    guard let path else {
      guard name == nil else { throw UsageError("--trace-calls needs --trace DIR") }
      folder = nil
      return
    }
    do throws(RecordingError) {
      folder = try TraceFolder(path: path)
    } catch {
      throw UsageError(saying: error)
    }
  }

  /// Has the server trace.
  func apply(to configuration: inout ServerConfiguration) {
    guard let folder else { return }
    configuration.tracing = CallTracing(extent) { folder.trace(of: $0) }
    configuration.traceCounts = {
      let counts = folder.counts
      return RecordingCounts(
        recordings: counts.traces, lostPieces: counts.lostPieces,
        waitingBytes: counts.waitingBytes)
    }
    guard let log = configuration.log else { return }
    folder.watch { log(ServerEvent($0, of: "traces", .trace)) }
  }

  /// The server has stopped: what waits is written.
  func finish() {
    guard let folder, !folder.flush() else { return }
    Console.complain("sidetone: traces were not written to their end in time")
  }
}
