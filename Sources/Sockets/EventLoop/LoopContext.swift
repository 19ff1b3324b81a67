import CLibWebSockets
import Glibc
import Ground

/// libwebsockets' context of one loop, with the one virtual host that all its sockets belong to.
///
/// It waits for descriptors, reads them, and keeps what a peer does not take yet. All are raw to it: TLS,
/// HTTP and WebSockets are ours, since its parsers hang up on, or wait for ever for, what peers say, and
/// what a stranger may cost has to be bounded before it is spent. Listening sockets are ours as well
/// (``ListeningDescriptor``): it neither reports why a port cannot be had nor shares one among loops.
@safe
struct LoopContext {
  /// Bytes read from a socket at once; a message that arrives in one read is not copied.
  static let readSize = 16_384
  /// Bytes written to a socket at once; libwebsockets queues what is beyond.
  static let writeSize = 262_144
  private let context: OpaquePointer
  /// libev's loop, which waits by epoll: libwebsockets' own poll looks at every connection each time.
  /// nil where that is all there is.
  private let loop: OpaquePointer?
  private let host: OpaquePointer
  private let memory: HostMemory

  /// Held while a context is made: libwebsockets sets up process-wide things in there, without a
  /// lock of its own. The value says whether it has been told to be quiet.
  private static let creation = Locked(false)

  init() throws(EventLoopError) {
    guard let made = Self.creation.withLock({ Self.make(isQuiet: &$0) }) else {
      throw .contextNotCreated
    }
    self = made
  }

  private init(
    context: OpaquePointer, loop: OpaquePointer?, host: OpaquePointer, memory: HostMemory
  ) {
    unsafe self.context = context
    unsafe self.loop = loop
    unsafe self.host = host
    self.memory = memory
  }

  private static func make(isQuiet: inout Bool) -> LoopContext? {
    if !isQuiet {
      TransportLog.silence()
      isQuiet = true
    }
    let memory = HostMemory()
    var info = unsafe lws_context_creation_info()
    unsafe info.options = UInt64(LWS_SERVER_OPTION_EXPLICIT_VHOSTS)
    unsafe info.pt_serv_buf_size = UInt32(readSize + Int(sidetone_lws_pre))
    unsafe info.uid = ~0
    unsafe info.gid = ~0
    guard let (context, loop) = unsafe makeContext(&info) else { return nil }
    unsafe info.port = CONTEXT_PORT_NO_LISTEN_SERVER
    unsafe memory.describe(&info)
    guard let host = unsafe lws_create_vhost(context, &info) else {
      unsafe lws_context_destroy(context)
      if let loop = unsafe loop { unsafe ev_loop_destroy(loop) }
      return nil
    }
    return unsafe LoopContext(context: context, loop: loop, host: host, memory: memory)
  }

  /// A context that waits with libev; with poll where libwebsockets' plugin for libev is missing.
  private static func makeContext(
    _ info: inout lws_context_creation_info
  ) -> (context: OpaquePointer, loop: OpaquePointer?)? {
    let options = unsafe info.options
    if let loop = unsafe ev_loop_new(UInt32(EVFLAG_NOENV | EVFLAG_NOSIGMASK)) {
      var loops: UnsafeMutableRawPointer? = unsafe UnsafeMutableRawPointer(loop)
      let made = unsafe withUnsafeMutablePointer(to: &loops) { loops in
        unsafe info.options = options | UInt64(LWS_SERVER_OPTION_LIBEV)
        unsafe info.foreign_loops = loops
        return unsafe lws_create_context(&info)
      }
      if let context = unsafe made { return unsafe (context, loop) }
      unsafe ev_loop_destroy(loop)
    }
    unsafe info.options = options
    unsafe info.foreign_loops = nil
    return unsafe lws_create_context(&info).map { unsafe ($0, nil) }
  }

  /// Serves what is ready, waiting for it if `mayWait`.
  func service(mayWait: Bool) {
    if let loop = unsafe loop {
      unsafe ev_run(loop, Int32(mayWait ? EVRUN_ONCE : EVRUN_NOWAIT))
    } else {
      // The parameter is no timeout in this version: negative means poll, anything else means wait.
      unsafe lws_service(context, mayWait ? 0 : -1)
    }
  }

  /// Closes everything and frees it. The context must not be used again.
  func destroy() {
    unsafe lws_context_destroy(context)
    if let loop = unsafe loop { unsafe ev_loop_destroy(loop) }
    withExtendedLifetime(memory) {}
  }

  /// Serves a copy of a descriptor of ours; false when libwebsockets has no room.
  func adopt(descriptor: Int32, for socket: LoopSocket) -> Bool {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { return false }
    var info = unsafe lws_adopt_desc_t()
    unsafe info.vh = host
    unsafe info.type = LWS_ADOPT_RAW_FILE_DESC
    unsafe info.fd.filefd = copy
    unsafe info.opaque = socket.opaque
    guard let wsi = unsafe lws_adopt_descriptor_vhost_via_info(&info) else {
      close(copy)
      return false
    }
    unsafe socket.wsi = wsi
    return true
  }

  /// Serves a connection; libwebsockets owns `descriptor` from here on, and closes it when this is false.
  func adopt(connection descriptor: Int32, for socket: LoopSocket) -> Bool {
    var info = unsafe lws_adopt_desc_t()
    unsafe info.vh = host
    unsafe info.type = LWS_ADOPT_SOCKET
    unsafe info.fd.sockfd = descriptor
    unsafe info.opaque = socket.opaque
    guard let wsi = unsafe lws_adopt_descriptor_vhost_via_info(&info) else { return false }
    unsafe socket.wsi = wsi
    return true
  }
}

/// What libwebsockets points to for as long as a context lives.
@safe
private final class HostMemory {
  private let hostName = unsafe strdup("sidetone")
  private let protocolName = unsafe strdup("raw")
  private let protocols = UnsafeMutablePointer<lws_protocols>.allocate(capacity: 2)

  init() {
    var entry = unsafe lws_protocols()
    unsafe entry.callback = socketCallback
    unsafe entry.rx_buffer_size = LoopContext.readSize
    unsafe entry.tx_packet_size = LoopContext.writeSize
    unsafe entry.name = UnsafePointer(protocolName)
    unsafe (protocols + 0).initialize(to: entry)
    unsafe (protocols + 1).initialize(to: lws_protocols())
  }

  /// Says what the host of a loop is.
  func describe(_ info: inout lws_context_creation_info) {
    unsafe info.vhost_name = UnsafePointer(hostName)
    unsafe info.protocols = UnsafePointer(protocols)
  }

  deinit {
    unsafe free(hostName)
    unsafe free(protocolName)
    unsafe protocols.deallocate()
  }
}
