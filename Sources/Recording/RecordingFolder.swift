public import AudioEngine
import Dispatch
import Glibc
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

  /// Something that whoever runs the server should know at once.
  public enum Report: Hashable, Sendable {
    /// A recording cannot be written, for this reason; told at once, then each minute that it lasts.
    case failing(reason: String)
    /// Recordings are written again.
    case restored
  }

  private struct State {
    var counts = Counts()
    var watcher: (@Sendable (Report) -> Void)?
    /// When a failure was last told, until it is told that it is over.
    var toldAt: ContinuousClock.Instant?
    var failedAt: ContinuousClock.Instant?
  }

  let format: RecordingFormat
  private let capacity: Int
  private let folder: Int32
  private let queue = DispatchQueue(label: "sidetone.recording")
  private let state = Locked(State())

  private static let reminder = Duration.seconds(60)
  /// So long nothing must fail for it to be over: one piece that finds room proves little.
  private static let recovery = Duration.seconds(10)

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
    self.capacity = capacity
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
      throw RecordingError("cannot make \(path)", code: errno)
    }
    folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw RecordingError("cannot open \(path)", code: errno) }
    guard unsafe faccessat(folder, ".", W_OK | X_OK, 0) == 0 else {
      let code = errno
      close(folder)
      throw RecordingError("cannot write into \(path)", code: code)
    }
  }

  deinit { close(folder) }

  /// What became of the recordings so far. Any thread.
  public var counts: Counts { state.withLock { $0.counts } }

  /// Has `watcher` told what happens from now on. Called on the folder's thread.
  public func watch(_ watcher: @escaping @Sendable (Report) -> Void) {
    state.withLock { $0.watcher = watcher }
  }

  /// Begins a recording. Any thread; touches no disk.
  ///
  /// - Parameter names: what the call may be named by; the first that has a letter or a digit is taken.
  /// - Returns: where its pieces go.
  public func recording(of names: [String?]) -> any RecordingSink {
    state.withLock { $0.counts.recordings += 1 }
    return FolderRecording(self, named: Self.fileName(of: names) + "." + format.rawValue)
  }

  /// Waits until what was handed in is written, at most for `limit`. Blocks the thread.
  ///
  /// - Returns: whether it is.
  @discardableResult
  public func flush(within limit: Duration = .seconds(5)) -> Bool {
    let written = DispatchSemaphore(value: 0)
    queue.async { written.signal() }
    let nanoseconds = Int(clamping: limit.wholeNanoseconds)
    return written.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success
  }

  /// A name without any path in it, whatever strangers call a call.
  static func fileName(of names: [String?]) -> String {
    let safe = names.compactMap(\.self).lazy.map { name in
      String(
        String.UnicodeScalarView(
          name.unicodeScalars.prefix(256).filter { scalar in
            scalar.isASCII
              && (scalar.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains(scalar))
          }.prefix(64)))
    }.first { name in name.contains { $0.isLetter || $0.isNumber } }
    return "\(stamp())-\(safe ?? "call")"
  }

  private static func stamp() -> String {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    var seconds = time.tv_sec
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return String(seconds) }
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    let date = unsafe [Int(parts.tm_year) + 1_900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
    let clock = unsafe [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
    return date.map { padded($0, 2) }.joined() + "T" + clock.map { padded($0, 2) }.joined() + "."
      + padded(time.tv_nsec / 1_000_000, 3) + "Z"
  }

  /// Makes a recording's file. On the folder's thread.
  func makeFile(_ name: String, rate: SampleRate) throws(RecordingError) -> any RecordingFile {
    let file = try OutputFile(in: folder, name: name)
    switch format {
    case .wav: return WaveRecording(file, rate: rate)
    case .opus: return try OpusRecording(file, rate: rate)
    }
  }

  /// Has `work` done on the folder's thread, where so many bytes have room; else they are lost.
  func enqueue(_ byteCount: Int, _ work: @escaping @Sendable () -> Void) {
    let hasRoom = state.withLock { state in
      guard state.counts.waitingBytes + byteCount <= capacity else { return false }
      state.counts.waitingBytes += byteCount
      return true
    }
    guard hasRoom else {
      return failed("the disk is slower than the calls: \(capacity) bytes wait")
    }
    queue.async { [self] in
      work()
      state.withLock { $0.counts.waitingBytes -= byteCount }
    }
  }

  /// A piece is lost.
  func failed(_ reason: String) {
    let watcher = state.withLock { state in
      state.counts.lostPieces += 1
      let now = ContinuousClock.now
      state.failedAt = now
      if let toldAt = state.toldAt, toldAt.duration(to: now) < Self.reminder {
        return nil as (@Sendable (Report) -> Void)?
      }
      state.toldAt = now
      return state.watcher
    }
    watcher?(.failing(reason: reason))
  }

  /// A piece was written.
  func succeeded(isEnd: Bool) {
    let watcher = state.withLock { state in
      if isEnd { state.counts.finished += 1 }
      guard state.toldAt != nil, let failedAt = state.failedAt,
        failedAt.duration(to: .now) >= Self.recovery
      else { return nil as (@Sendable (Report) -> Void)? }
      state.toldAt = nil
      return state.watcher
    }
    watcher?(.restored)
  }
}
