public import AudioEngine
import Ground

/// A folder into which calls are recorded, a file each, by a thread of its own.
///
/// What a call hands in waits in memory, a bounded amount for all calls together; where that is full, or
/// the disk takes nothing, the recording is silent there, keeps its time, and goes on when it can. A call
/// is never held up and never ended for it.
///
/// A file is named by the time its recording began and by what the platform calls the call, of which only
/// letters, digits, `-` and `_` are kept: `20260901T153002.512Z-b7d25e90.wav`. Only its owner may read it.
public final class RecordingFolder: Sendable {
  /// What became of the recordings so far.
  public struct Counts: Hashable, Sendable {
    /// Recordings begun.
    public var recordings = 0
    /// Recordings whose file was written to its end.
    public var finished = 0
    /// Pieces, of about a second, that could not be kept: there was no room for them, here or on disk.
    public var lostPieces = 0
    /// Bytes that wait to be written.
    public var waitingBytes = 0
  }

  let format: RecordingFormat
  let output: OutputFolder
  private let counted = Locked(Counts())

  /// Opens a folder, which is made where it is missing.
  ///
  /// - Parameters:
  ///   - path: the folder's.
  ///   - format: how its files are written.
  ///   - capacity: bytes of all calls that may wait for the disk.
  /// - Throws: ``RecordingError`` where the folder cannot be made or written to.
  public init(
    path: String, format: RecordingFormat = .wav, capacity: Int = 64 << 20
  ) throws(RecordingError) {
    self.format = format
    output = try OutputFolder(path: path, capacity: capacity, thread: "sidetone.recording")
  }

  /// What became of the recordings so far. Any thread.
  public var counts: Counts {
    var counts = counted.withLock { $0 }
    counts.lostPieces = output.lostPieces
    counts.waitingBytes = output.waitingBytes
    return counts
  }

  /// Has `watcher` told what happens from now on. Called on the folder's thread.
  public func watch(_ watcher: @escaping @Sendable (FolderReport) -> Void) {
    output.watch(watcher)
  }

  /// Begins a recording. Any thread; touches no disk.
  ///
  /// - Parameter names: what the call may be named by; the first that has a letter or a digit is taken.
  /// - Returns: where its pieces go.
  public func recording(of names: [String?]) -> any RecordingSink {
    counted.withLock { $0.recordings += 1 }
    let name = OutputFolder.fileName(of: names) + "." + format.rawValue
    return FolderRecording(self, named: name)
  }

  /// Waits until what was handed in is written, at most for `limit`. Blocks the thread.
  ///
  /// - Returns: whether it is.
  @discardableResult
  public func flush(within limit: Duration = .seconds(5)) -> Bool { output.flush(within: limit) }

  /// Makes a recording's file. On the folder's thread.
  func makeFile(_ name: String, rate: SampleRate) throws(RecordingError) -> any RecordingFile {
    let file = try output.makeFile(name)
    switch format {
    case .wav: return WaveRecording(file, rate: rate)
    case .opus: return try OpusRecording(file, rate: rate)
    }
  }

  /// A recording's file was written to its end.
  func finished() { counted.withLock { $0.finished += 1 } }
}
