import BotTransport
import Recording

/// Where a server records its calls.
struct RecordingOptions {
  static let options = [
    Option(
      "--record", "DIR",
      help: "record each call into a file of this folder, the caller left, the bot as it was heard "
        + "right; the folder is made where it is missing"),
    Option(
      "--record-format", "FORMAT",
      help: "wav, with marks as cues, or opus, a tenth of the size (default wav)"),
  ]

  /// The folder's path; nil where nothing is recorded.
  let path: String?
  private let folder: RecordingFolder?

  init(_ arguments: Arguments) throws(UsageError) {
    let format = try arguments.choice(
      "--record-format", of: RecordingFormat.allCases.map(\.rawValue))
    path = try arguments.text("--record")
    guard let path else {
      guard format == nil else { throw UsageError("--record-format needs --record DIR") }
      folder = nil
      return
    }
    do throws(RecordingError) {
      folder = try RecordingFolder(
        path: path, format: format.flatMap(RecordingFormat.init) ?? .wav)
    } catch {
      throw UsageError(saying: error)
    }
  }

  /// Has the server record.
  func apply(to configuration: inout ServerConfiguration) {
    guard let folder else { return }
    configuration.recording = { start, _ in
      folder.recording(of: [start.callSID, start.streamSID])
    }
    configuration.recordingCounts = {
      let counts = folder.counts
      return RecordingCounts(
        recordings: counts.recordings, lostPieces: counts.lostPieces,
        waitingBytes: counts.waitingBytes)
    }
    guard let log = configuration.log else { return }
    folder.watch { log(ServerEvent($0, of: "recordings", .recording)) }
  }

  /// The server has stopped: what waits is written.
  func finish() {
    guard let folder, !folder.flush() else { return }
    Console.complain("sidetone: recordings were not written to their end in time")
  }
}

extension ServerEvent {
  /// What is told of a folder of `files`.
  init(_ report: FolderReport, of files: String, _ module: Module) {
    switch report {
    case .failing(let reason):
      self.init(.warning, module, "\(files) cannot be written", [("reason", reason)])
    case .restored: self.init(.info, module, "\(files) are written again")
    }
  }
}
