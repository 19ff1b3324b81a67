import CLibWebSockets
import Ground

/// Where libwebsockets' own words go: nowhere, until a handler is set.
///
/// They are for whoever looks for a fault in the transport; what callers must know comes as errors
/// and through the delegates.
public enum TransportLog {
  /// How grave a line is.
  public enum Level: Int, Sendable, Comparable {
    /// Things that went wrong.
    case error = 1
    /// Things that look wrong, often a peer's doing.
    case warning
    /// Normal but rare things.
    case notice
    /// Everything.
    case info

    /// Orders graver before lighter.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  private static let current = Locked<(@Sendable (Level, String) -> Void)?>(nil)

  /// Sends lines of `level` and graver to `handler`, for every loop of the process; nil for silence.
  ///
  /// - Parameters:
  ///   - level: the lightest that is wanted.
  ///   - handler: called on the loops' threads, with a line without its end. It must not block.
  public static func setHandler(
    _ level: Level = .warning, _ handler: (@Sendable (Level, String) -> Void)?
  ) {
    current.withLock { current in
      current = handler
      var mask: Int32 = 0
      if handler != nil {
        mask = Int32(LLL_ERR)
        if level >= .warning { mask |= Int32(LLL_WARN) }
        if level >= .notice { mask |= Int32(LLL_NOTICE) }
        if level >= .info { mask |= Int32(LLL_INFO) }
      }
      unsafe lws_set_log_level(mask) { kind, line in
        guard let line = unsafe line else { return }
        TransportLog.emit(kind, unsafe String(cString: line))
      }
    }
  }

  /// Without a handler libwebsockets would write to the standard error.
  static func silence() {
    current.withLock { current in
      if current == nil { lws_set_log_level(0, nil) }
    }
  }

  private static func emit(_ kind: Int32, _ line: String) {
    let level: Level =
      switch kind {
      case Int32(LLL_ERR): .error
      case Int32(LLL_WARN): .warning
      case Int32(LLL_NOTICE): .notice
      default: .info
      }
    let handler = current.withLock { $0 }
    handler?(level, String(line.drop { $0 == "\n" }.reversed().drop { $0.isNewline }.reversed()))
  }
}
