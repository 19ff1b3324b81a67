import CLibWebSockets
import Glibc
import Ground

/// Contexts of clients, so that a thousand calls to one server read its files once.
///
/// A file that changes makes a new context: the certificate of a long-lived client gets renewed.
enum TLSClientContexts {
  private struct Key: Hashable {
    let configuration: TLSClientConfiguration
    let host: String
    let files: [FileStamp]
  }

  private static let keptCount = 16
  private static let known = Locked<[(key: Key, context: TLSContext)]>([])

  /// Any thread; reads files, so it may block.
  static func context(
    _ configuration: TLSClientConfiguration, host: String
  ) throws(TLSFileError) -> TLSContext {
    let files = [configuration.caFile, configuration.certificateFile, configuration.keyFile]
    let key = Key(
      configuration: configuration, host: host, files: files.map { FileStamp($0) })
    if let context = known.withLock({ $0.first { $0.key == key }?.context }) { return context }
    let context = try TLSContext.client(configuration, host: host)
    known.withLock { known in
      if known.count >= keptCount { known.removeFirst() }
      known.append((key, context))
    }
    return context
  }
}

/// What tells a file from the one that was there before.
struct FileStamp: Hashable {
  private var device: UInt64 = 0
  private var node: UInt64 = 0
  private var byteCount = 0
  private var changedSeconds = 0
  private var changedNanoseconds = 0

  /// All zero for no file, or one that cannot be looked at.
  init(_ path: String?) {
    var status = stat()
    guard let path, unsafe stat(path, &status) == 0 else { return }
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
    byteCount = Int(status.st_size)
    changedSeconds = status.st_ctim.tv_sec
    changedNanoseconds = status.st_ctim.tv_nsec
  }
}
