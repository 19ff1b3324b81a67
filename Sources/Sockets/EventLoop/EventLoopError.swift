import Glibc

/// Why an event loop could not be used.
public enum EventLoopError: Error, Equatable, CustomStringConvertible {
  /// The system refused a resource; `code` is the C library's `errno`.
  case system(call: String, code: Int32)
  /// libwebsockets could not make its context.
  case contextNotCreated
  /// The loop has not been started, or has been stopped.
  case notRunning

  /// One line for people.
  public var description: String {
    switch self {
    case .system(let call, let code): "\(call) failed: \(systemMessage(code))"
    case .contextNotCreated: "libwebsockets could not create its context"
    case .notRunning: "the event loop is not running"
    }
  }
}

/// The C library's words for an `errno`.
package func systemMessage(_ code: Int32) -> String {
  unsafe String(cString: strerror(code))
}
