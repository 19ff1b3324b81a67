import AudioEngine
import Dispatch
import Glibc
import Ground

/// Something that whoever runs a server should know at once of what its calls leave in a folder.
public enum FolderReport: Hashable, Sendable {
  /// Files cannot be written, for this reason; told at once, then each minute that it lasts.
  case failing(reason: String)
  /// They are written again.
  case restored
}

/// A folder into which calls write files, by a thread of its own: what waits is bounded, and what finds no
/// room, here or on disk, is lost and counted. Nobody but the owner reads the files.
final class OutputFolder: Sendable {
  private struct State {
    var lostPieces = 0
    var waitingBytes = 0
    var watcher: (@Sendable (FolderReport) -> Void)?
    /// When a failure was last told, until it is told that it is over.
    var toldAt: ContinuousClock.Instant?
    var failedAt: ContinuousClock.Instant?
  }

  private let capacity: Int
  private let folder: Int32
  private let queue: DispatchQueue
  private let state = Locked(State())

  private static let reminder = Duration.seconds(60)
  /// So long nothing must fail for it to be over: one piece that finds room proves little.
  private static let recovery = Duration.seconds(10)

  /// Opens a folder, which is made where it is missing.
  init(path: String, capacity: Int, thread: String) throws(RecordingError) {
    self.capacity = capacity
    queue = DispatchQueue(label: thread)
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

  /// Pieces that could not be kept.
  var lostPieces: Int { state.withLock { $0.lostPieces } }

  /// Bytes that wait to be written.
  var waitingBytes: Int { state.withLock { $0.waitingBytes } }

  /// Has `watcher` told what happens from now on. Called on the folder's thread.
  func watch(_ watcher: @escaping @Sendable (FolderReport) -> Void) {
    state.withLock { $0.watcher = watcher }
  }

  /// Waits until what was handed in is written, at most for `limit`; whether it is. Blocks the thread.
  func flush(within limit: Duration) -> Bool {
    let written = DispatchSemaphore(value: 0)
    queue.async { written.signal() }
    let nanoseconds = Int(clamping: limit.wholeNanoseconds)
    return written.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success
  }

  /// Makes a file. On the folder's thread.
  func makeFile(_ name: String) throws(RecordingError) -> OutputFile {
    try OutputFile(in: folder, name: name)
  }

  /// Has `work` done on the folder's thread, where so many bytes have room; else they are lost.
  ///
  /// - Returns: whether it will be done.
  @discardableResult
  func enqueue(_ byteCount: Int, _ work: @escaping @Sendable () -> Void) -> Bool {
    let hasRoom = state.withLock { state in
      guard state.waitingBytes + byteCount <= capacity else { return false }
      state.waitingBytes += byteCount
      return true
    }
    guard hasRoom else {
      failed("the disk is slower than the calls: \(capacity) bytes wait")
      return false
    }
    queue.async { [self] in
      work()
      state.withLock { $0.waitingBytes -= byteCount }
    }
    return true
  }

  /// A piece is lost.
  func failed(_ reason: String) {
    let watcher = state.withLock { state in
      state.lostPieces += 1
      let now = ContinuousClock.now
      state.failedAt = now
      if let toldAt = state.toldAt, toldAt.duration(to: now) < Self.reminder {
        return nil as (@Sendable (FolderReport) -> Void)?
      }
      state.toldAt = now
      return state.watcher
    }
    watcher?(.failing(reason: reason))
  }

  /// A piece was written.
  func succeeded() {
    let watcher = state.withLock { state in
      guard state.toldAt != nil, let failedAt = state.failedAt,
        failedAt.duration(to: .now) >= Self.recovery
      else { return nil as (@Sendable (FolderReport) -> Void)? }
      state.toldAt = nil
      return state.watcher
    }
    watcher?(.restored)
  }

  /// A name without any path in it, whatever strangers call a call: the time, then the first of `names` that
  /// has a letter or a digit, of which letters, digits, `-` and `_` are kept.
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
}
