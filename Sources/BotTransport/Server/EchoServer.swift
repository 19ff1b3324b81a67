import AudioEngine

/// A plain WebSocket echo on the transport that carries calls: what conformance suites test.
///
/// Text comes back as text and binary as binary, whoever sends it.
public struct EchoServer: Sendable {
  /// The address to listen on.
  public let host: String
  /// The port to listen on; 0 for any free one.
  public let port: Int
  /// How connections are accepted.
  public let listener: ListenerOptions
  /// Whether it may listen where others than this machine reach it.
  public let admitsStrangers: Bool

  /// The largest message echoed: what conformance suites go up to.
  public static let maximumMessageSize = 16 << 20

  /// Makes a server; nothing is opened before ``run(onListening:)``. Its messages may be up to
  /// ``maximumMessageSize`` whatever `listener` says.
  public init(
    host: String = "127.0.0.1", port: Int = 0, listener: ListenerOptions = ListenerOptions(),
    admitsStrangers: Bool = false
  ) {
    self.host = host
    self.port = port
    self.admitsStrangers = admitsStrangers
    var listener = listener
    listener.limits.maximumMessageSize = Self.maximumMessageSize
    self.listener = listener
  }

  /// Serves until the task is cancelled; then every connection is cut.
  ///
  /// - Parameter onListening: is told the port once connections may come.
  /// - Throws: ``ServerError``, ``EventLoopError`` or ``ListenError`` when the server cannot begin.
  public func run(onListening: @Sendable (Int) -> Void = { _ in }) async throws {
    // What is no address at all is told by the listener.
    guard admitsStrangers || SocketAddress(host: host, port: port)?.isLoopback ?? true else {
      throw ServerError.open(host: host)
    }
    let loop = try EventLoop(name: "echo")
    loop.start()
    defer { loop.stop() }
    let listener = try WebSocketListener(
      loop: loop, host: host, port: port, options: listener
    ) { _ in .accept(EchoSocket()) }
    onListening(listener.port)
    await Task.untilCancelled()
  }
}

/// Sends back what comes in, in order; confined to its socket's loop.
final class EchoSocket: WebSocketDelegate {
  /// Bytes that wait for a peer that does not read; beyond them it is hung up on.
  static let waitingLimit = 64 << 20

  private var waiting: [(kind: WriteStep, bytes: [UInt8])] = []
  private var next = 0
  private var waitingByteCount = 0

  func socketDidOpen(_ socket: WebSocket) {}

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    answer(message, .text, socket)
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    answer(message, .binary, socket)
  }

  private func answer(_ message: RawSpan, _ kind: WriteStep, _ socket: WebSocket) {
    waitingByteCount += message.byteCount
    guard waitingByteCount <= Self.waitingLimit else {
      socket.abort(reason: "the peer does not read")
      return
    }
    waiting.append((kind, unsafe message.withUnsafeBytes { unsafe Array($0) }))
    socket.requestWrite()
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    guard next < waiting.count else { return .nothing }
    let (kind, bytes) = waiting[next]
    next += 1
    waitingByteCount -= bytes.count
    unsafe buffer.append(contentsOf: bytes.span.bytes)
    if next == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      next = 0
    } else {
      socket.requestWrite()
    }
    return kind
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    waiting.removeAll()
  }
}

extension Task where Success == Never, Failure == Never {
  /// Sleeps until the current task is cancelled.
  static func untilCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    await withTaskCancellationHandler {
      for await _ in stream {}
    } onCancel: {
      continuation.finish()
    }
  }
}
