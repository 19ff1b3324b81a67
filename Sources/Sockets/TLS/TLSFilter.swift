import CLibWebSockets

/// OpenSSL's state of one connection, between two heaps of bytes: it touches no descriptor.
@safe
final class TLSFilter {
  /// How far a handshake has come.
  enum Progress {
    case done, wantsMore, failed
  }

  let isServer: Bool
  private let ssl: OpaquePointer
  private let input: OpaquePointer
  private let output: OpaquePointer
  /// Keeps what `ssl` was made from.
  private let context: TLSContext

  /// Makes the state of a connection that has just begun; nil without memory.
  init?(_ context: TLSContext, isServer: Bool) {
    guard let ssl = unsafe SSL_new(context.pointer) else { return nil }
    guard let input = unsafe BIO_new(BIO_s_mem()), let output = unsafe BIO_new(BIO_s_mem()) else {
      unsafe SSL_free(ssl)
      return nil
    }
    unsafe SSL_set_bio(ssl, input, output)
    if isServer {
      unsafe SSL_set_accept_state(ssl)
    } else {
      unsafe SSL_set_connect_state(ssl)
    }
    self.isServer = isServer
    self.context = context
    unsafe self.ssl = ssl
    unsafe self.input = input
    unsafe self.output = output
  }

  deinit { unsafe SSL_free(ssl) }

  /// What is wrong with a client's connection; nil where nothing is, and on a server's side.
  var problem: String? { isServer ? nil : unsafe TLSProgress.problem(ssl) }

  /// Whether a handshake could begin that costs anything: the client's first record (RFC 8446, 5.1) is
  /// whole, or is none.
  var hasFirstRecord: Bool {
    guard let kind = head.first else { return false }
    guard kind == 0x16 else { return true }
    guard head.count == 5 else { return false }
    return unsafe BIO_ctrl_pending(input) >= 5 + Int(head[3]) << 8 + Int(head[4])
  }
  private var head: [UInt8] = []

  /// Takes what the peer sent.
  func put(_ ciphertext: UnsafeRawBufferPointer) {
    if head.count < 5 { unsafe head.append(contentsOf: ciphertext.prefix(5 - head.count)) }
    // It grows: by one read at most before the whole of it has been looked at.
    _ = unsafe BIO_write(input, ciphertext.baseAddress, Int32(clamping: ciphertext.count))
  }

  /// Goes on with the handshake.
  func handshake() -> Progress {
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(ssl)
    if result == 1 { return .done }
    return unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ ? .wantsMore : .failed
  }

  /// The next bytes that the peer said; none where more must come first, nil at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer? {
    ERR_clear_error()
    let count = unsafe SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
    if count > 0 { return unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(count)]) }
    let isGood = unsafe SSL_get_error(ssl, count) == SSL_ERROR_WANT_READ
    return unsafe isGood ? UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: 0) : nil
  }

  /// Encrypts bytes for the peer; false when the connection is broken.
  func write(_ plaintext: UnsafeRawBufferPointer) -> Bool {
    ERR_clear_error()
    if unsafe plaintext.isEmpty { return true }
    return unsafe SSL_write(ssl, plaintext.baseAddress, Int32(clamping: plaintext.count)) > 0
  }

  /// Tells the peer that nothing follows.
  func finish() {
    ERR_clear_error()
    _ = unsafe SSL_shutdown(ssl)
  }

  /// What the peer must get next; none where there is nothing.
  func output(into buffer: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    let count = unsafe BIO_read(output, buffer.baseAddress, Int32(clamping: buffer.count))
    return unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<max(Int(count), 0)])
  }
}
