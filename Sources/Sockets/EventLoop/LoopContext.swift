import CLibWebSockets
import Glibc
import Ground

/// libwebsockets' context of one loop, with the one virtual host that all its sockets belong to.
///
/// One host, because libwebsockets would otherwise pick among them by the Host header, which a
/// stranger writes. Listening sockets are ours (``ListeningDescriptor``): libwebsockets neither
/// reports why a port cannot be had nor shares one among loops.
@safe
struct LoopContext {
  /// What a client that asks for no subprotocol is bound to; no token of HTTP, so none can ask.
  static let plainProtocol: StaticString = "(none)"
  /// The slot whose name is set to a subprotocol while its handshake is answered.
  static let offeredProtocol: StaticString = "(offered)"

  /// Bytes read from a socket at once; a message that arrives in one read is not copied.
  static let readSize = 16_384
  /// Bytes written to a socket at once; libwebsockets queues what is beyond.
  static let writeSize = 262_144
  /// Bytes of one request's header lines together.
  static let headerLimit = 8_192
  /// Seconds libwebsockets gives a peer for each step of connecting and closing.
  static let stepTimeout: UInt32 = 10

  private let context: OpaquePointer
  /// libev's loop, which waits by epoll: libwebsockets' own poll looks at every connection each time.
  /// nil where that is all there is.
  private let loop: OpaquePointer?
  private let host: OpaquePointer
  private let memory: HostMemory
  private let clientHosts: TLSClientHosts

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
    clientHosts = TLSClientHosts()
  }

  private static func make(isQuiet: inout Bool) -> LoopContext? {
    if !isQuiet {
      TransportLog.silence()
      // Each context that asks for this moves the place where libwebsockets looks for its state in
      // every TLS connection of the process, so only one that ends at once may.
      var info = unsafe lws_context_creation_info()
      unsafe info.options = UInt64(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT)
      unsafe info.options |= UInt64(LWS_SERVER_OPTION_EXPLICIT_VHOSTS)
      unsafe info.uid = ~0
      unsafe info.gid = ~0
      if let first = unsafe lws_create_context(&info) { unsafe lws_context_destroy(first) }
      isQuiet = true
    }
    let memory = HostMemory()
    var info = unsafe lws_context_creation_info()
    unsafe info.options = UInt64(LWS_SERVER_OPTION_EXPLICIT_VHOSTS)
    unsafe info.pt_serv_buf_size = UInt32(readSize + Int(sidetone_lws_pre))
    unsafe info.max_http_header_data = UInt16(headerLimit)
    unsafe info.timeout_secs = stepTimeout
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

  /// Serves an accepted connection, as HTTP first; libwebsockets owns `descriptor` from here on.
  func adopt(
    connection descriptor: Int32, for socket: LoopSocket, tls: TLSServerHost?
  ) -> Bool {
    var info = unsafe lws_adopt_desc_t()
    unsafe info.vh = tls?.pointer ?? host
    unsafe info.type = lws_adoption_type(
      LWS_ADOPT_SOCKET.rawValue | LWS_ADOPT_HTTP.rawValue | LWS_ADOPT_ALLOW_SSL.rawValue)
    unsafe info.fd.sockfd = descriptor
    unsafe info.opaque = socket.opaque
    guard let wsi = unsafe lws_adopt_descriptor_vhost_via_info(&info) else { return false }
    unsafe socket.wsi = wsi
    return true
  }

  /// Starts a client connection; false when it failed at once.
  func connect(_ info: inout lws_client_connect_info, for socket: LoopSocket) -> Bool {
    unsafe info.context = context
    unsafe info.vhost = socket.clientHost?.pointer ?? host
    unsafe info.opaque_user_data = socket.opaque
    unsafe info.retry_and_idle_policy = UnsafePointer(memory.retryPolicy)
    return unsafe lws_client_connect_via_info(&info) != nil
  }

  /// What is spoken inside TLS: not HTTP/2, which libwebsockets would offer as well.
  var alpn: UnsafePointer<CChar>? { unsafe UnsafePointer(memory.alpn) }

  /// The host for a client's connections with `tls`; nil without memory.
  func clientHost(for tls: TLSContext) -> TLSClientHost? {
    unsafe clientHosts.host(for: tls) { tls in
      var info = unsafe lws_context_creation_info()
      unsafe memory.describe(&info)
      unsafe info.options = UInt64(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT)
      // Apart from the servers' hosts, among which a Host header may pick.
      unsafe info.port = CONTEXT_PORT_NO_LISTEN
      unsafe info.provided_client_ssl_ctx = tls.pointer
      return unsafe lws_create_vhost(context, &info)
    }
  }

  /// A host for a listener's connections, which serves `files`; nil without memory.
  func serverHost(
    for files: TLSContext, asksForCertificate: Bool, on loop: EventLoop
  ) -> TLSServerHost? {
    var made: OpaquePointer?
    let pointer = unsafe withUnsafeMutablePointer(to: &made) { made in
      var info = unsafe lws_context_creation_info()
      unsafe memory.describe(&info)
      unsafe info.port = CONTEXT_PORT_NO_LISTEN_SERVER
      unsafe info.options = UInt64(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT)
      unsafe info.options |= UInt64(LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX)
      // No client's: keeps libwebsockets from making one of all that the system trusts.
      unsafe info.provided_client_ssl_ctx = files.pointer
      unsafe info.user = UnsafeMutableRawPointer(made)
      return unsafe lws_create_vhost(context, &info)
    }
    guard let pointer = unsafe pointer, let made = unsafe made else { return nil }
    let host = unsafe TLSServerHost(
      loop: loop, pointer: pointer, context: made, asksForCertificate: asksForCertificate)
    host.take(files)
    return host
  }

  /// Makes libwebsockets answer the handshake that it is about to answer with `name`, or with none.
  ///
  /// libwebsockets knows subprotocols by a fixed table. Here any name a client offers is good, so
  /// one entry of its table takes the name of the handshake at hand.
  func offer(subprotocol name: String?) {
    unsafe memory.offer(name, to: host)
  }
}

/// What libwebsockets points to for as long as a context lives.
@safe
private final class HostMemory {
  let hostName = unsafe strdup("sidetone")
  let noProxy = unsafe strdup("none:0")
  let alpn = unsafe strdup("http/1.1")
  let plainName = unsafe strdup(LoopContext.plainProtocol.description)
  let offeredName = unsafe strdup(LoopContext.offeredProtocol.description)
  let protocols = UnsafeMutablePointer<lws_protocols>.allocate(capacity: 3)
  let retryPolicy = UnsafeMutablePointer<lws_retry_bo_t>.allocate(capacity: 1)
  private var currentName: UnsafeMutablePointer<CChar>?
  private var slot: UnsafeMutablePointer<lws_protocols>?

  init() {
    var entry = unsafe lws_protocols()
    unsafe entry.callback = socketCallback
    unsafe entry.rx_buffer_size = LoopContext.readSize
    unsafe entry.tx_packet_size = LoopContext.writeSize
    unsafe entry.name = UnsafePointer(plainName)
    unsafe (protocols + 0).initialize(to: entry)
    unsafe entry.name = UnsafePointer(offeredName)
    unsafe (protocols + 1).initialize(to: entry)
    unsafe (protocols + 2).initialize(to: lws_protocols())
    // No pings of libwebsockets' own: WebSocket sends them, per socket.
    unsafe retryPolicy.initialize(to: lws_retry_bo_t())
  }

  /// Fills in what all hosts of a loop have in common.
  func describe(_ info: inout lws_context_creation_info) {
    unsafe info.vhost_name = UnsafePointer(hostName)
    unsafe info.protocols = UnsafePointer(protocols)
    unsafe info.retry_and_idle_policy = UnsafePointer(retryPolicy)
    // nil would mean the environment's http_proxy; port 0 means no proxy.
    unsafe info.http_proxy_address = UnsafePointer(noProxy)
    unsafe info.timeout_secs_ah_idle = LoopContext.stepTimeout
    unsafe info.alpn = UnsafePointer(alpn)
  }

  /// Gives the second entry in the host's own copy of the table another name.
  func offer(_ name: String?, to host: OpaquePointer) {
    if unsafe slot == nil {
      let entry = unsafe lws_vhost_name_to_protocol(host, offeredName)
      unsafe slot = unsafe UnsafeMutablePointer(mutating: entry)
    }
    unsafe free(currentName)
    unsafe currentName = name.flatMap { unsafe strdup($0) }
    unsafe slot?.pointee.name = UnsafePointer(currentName ?? offeredName)
  }

  deinit {
    unsafe free(hostName)
    unsafe free(noProxy)
    unsafe free(alpn)
    unsafe free(plainName)
    unsafe free(offeredName)
    unsafe free(currentName)
    unsafe protocols.deallocate()
    unsafe retryPolicy.deallocate()
  }
}
