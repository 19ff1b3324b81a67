import Glibc

/// A new file in a folder, written at places. Nobody but its owner reads it.
struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let name: String

  /// Makes the file; one of that name that stands already is left alone.
  init(in folder: Int32, name: String) throws(RecordingError) {
    descriptor = unsafe openat(
      folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    self.name = name
    guard descriptor >= 0 else { throw RecordingError("cannot make \(name)", code: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes all of `bytes` from a place on.
  func write(_ bytes: [UInt8], at offset: Int) throws(RecordingError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { source in
        unsafe pwrite(
          descriptor, source.baseAddress.map { unsafe $0 + written }, bytes.count - written,
          off_t(offset + written))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw RecordingError("cannot write \(name)", code: count < 0 ? errno : ENOSPC)
      }
      written += count
    }
  }
}
