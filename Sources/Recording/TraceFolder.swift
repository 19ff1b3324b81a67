public import AudioEngine
import Ground

/// A folder of calls' traces, a file each, written by a thread of its own as ``RecordingFolder``'s are: no
/// call waits for it, and what finds no room is lost, is counted, and is missing in the file, which says so.
public final class TraceFolder: Sendable {
  /// What became of the traces so far.
  public struct Counts: Hashable, Sendable {
    /// Traces begun.
    public var traces = 0
    /// Pieces that could not be kept: there was no room for them, here or on disk.
    public var lostPieces = 0
    /// Bytes that wait to be written.
    public var waitingBytes = 0
  }

  private let output: OutputFolder
  private let begun = Locked(0)

  /// Opens a folder, which is made where it is missing.
  ///
  /// - Parameters:
  ///   - path: the folder's.
  ///   - capacity: bytes of all calls that may wait for the disk.
  /// - Throws: ``RecordingError`` where the folder cannot be made or written to.
  public init(path: String, capacity: Int = 64 << 20) throws(RecordingError) {
    output = try OutputFolder(path: path, capacity: capacity, thread: "sidetone.trace")
  }

  /// What became of the traces so far. Any thread.
  public var counts: Counts {
    Counts(
      traces: begun.withLock { $0 }, lostPieces: output.lostPieces,
      waitingBytes: output.waitingBytes)
  }

  /// Has `watcher` told what happens from now on. Called on the folder's thread.
  public func watch(_ watcher: @escaping @Sendable (FolderReport) -> Void) {
    output.watch(watcher)
  }

  /// Begins a trace. Any thread; touches no disk.
  ///
  /// - Parameter names: what the call may be named by; the first that has a letter or a digit is taken.
  /// - Returns: where its pieces go.
  public func trace(of names: [String?]) -> any TraceSink {
    begun.withLock { $0 += 1 }
    return FolderTrace(output, named: OutputFolder.fileName(of: names) + ".trace")
  }

  /// Waits until what was handed in is written, at most for `limit`. Blocks the thread.
  ///
  /// - Returns: whether it is.
  @discardableResult
  public func flush(within limit: Duration = .seconds(5)) -> Bool { output.flush(within: limit) }
}

/// One trace of a folder.
private final class FolderTrace: TraceSink, @unchecked Sendable {
  // Unchecked: what is no constant and not locked is reached on the folder's thread alone.
  let name: String
  private let folder: OutputFolder
  /// Whether a piece found no place in the queue since the last that did.
  private let missed = Locked(false)
  /// Whether a piece was not written since the last that was.
  private var hasHole = false
  /// The first piece, without which nothing can be read; kept whether it found a place or not.
  private let preamble = Locked<[UInt8]?>(nil)
  private var file: TraceFile?

  init(_ folder: OutputFolder, named name: String) {
    self.folder = folder
    self.name = name
  }

  func take(_ bytes: [UInt8]) {
    preamble.withLock { $0 = $0 ?? bytes }
    let isBehindHole = missed.withLock { $0 }
    let isQueued = folder.enqueue(bytes.count) { [self] in
      hasHole = hasHole || isBehindHole
      do throws(RecordingError) {
        try write(bytes)
        hasHole = false
        folder.succeeded()
      } catch {
        hasHole = true
        folder.failed("\(error)")
      }
    }
    missed.withLock { $0 = !isQueued }
  }

  func finish() {
    folder.enqueue(0) { [self] in file = nil }
  }

  private func write(_ bytes: [UInt8]) throws(RecordingError) {
    let file: TraceFile
    if let open = self.file {
      file = open
    } else {
      file = TraceFile(try folder.makeFile(name))
      self.file = file
    }
    var piece = bytes
    if hasHole {
      piece = (file.end == 0 ? preamble.withLock { $0 ?? [] } : []) + TraceRecorder.lost + bytes
    }
    try file.append(piece)
  }
}

/// A file that grows.
private final class TraceFile {
  private let file: OutputFile
  private(set) var end = 0

  init(_ file: consuming OutputFile) { self.file = file }

  func append(_ bytes: [UInt8]) throws(RecordingError) {
    try file.write(bytes, at: end)
    end += bytes.count
  }
}
