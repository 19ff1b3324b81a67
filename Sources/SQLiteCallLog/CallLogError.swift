import Glibc

/// Why a call log cannot be used.
public enum CallLogError: Error, Hashable, CustomStringConvertible {
  /// The file was written by a newer version.
  case newerSchema(path: String, version: Int)
  /// The file is something else.
  case notALog(path: String)
  /// The file, or one beside it, cannot be made its owner's alone.
  case notPrivate(path: String, String)
  /// The file that was open is no longer the one of that name.
  case moved(path: String)
  /// One event cannot be written, whenever.
  case refused(path: String, String)
  /// SQLite says no, in its own words.
  case database(path: String, String)

  /// One line for people: what, and what to do.
  public var description: String {
    switch self {
    case .newerSchema(let path, let version):
      "\(path) is a call log of version \(version); this version reads up to "
        + "\(SQLiteCallLog.schemaVersion): use a newer sidetone"
    case .notALog(let path): "\(path) is no call log: name another file"
    case .notPrivate(let path, let reason):
      "\(path) can be read by others than its owner, and that cannot be changed: \(reason)"
    case .moved(let path): "call log \(path): the file was moved or removed"
    case .refused(let path, let reason), .database(let path, let reason):
      "call log \(path): \(reason)"
    }
  }
}

/// Files for their owner's eyes alone.
enum PrivateFile {
  /// Makes a file where there is none.
  static func make(_ path: String) throws(CallLogError) {
    // SQLite would make it readable by everybody.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .database(path: path, unsafe String(cString: strerror(errno)))
    }
    close(descriptor)
  }

  /// Takes the rights of others from a file and from what SQLite keeps beside it.
  static func protect(_ path: String) throws(CallLogError) {
    for file in [path, path + "-wal", path + "-shm"] {
      var status = stat()
      guard unsafe stat(file, &status) == 0, status.st_mode & 0o077 != 0 else { continue }
      guard unsafe chmod(file, 0o600) == 0 else {
        throw .notPrivate(path: file, unsafe String(cString: strerror(errno)))
      }
    }
  }
}
