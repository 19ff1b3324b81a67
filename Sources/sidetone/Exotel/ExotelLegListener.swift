import BotTransport
import Foundation
import PlatformREST
import Telephony

/// Takes the events of legs on a port of the command's own: the HTTPS half of what Exotel describes.
struct ExotelLegListener {
  let feed: ExotelLegEventFeed
  private let listener: WebSocketListener

  /// Listens at a path that nobody can guess, for Exotel signs nothing.
  ///
  /// - Parameters:
  ///   - loop: a loop that has been started.
  ///   - host: an address of this machine.
  ///   - port: 0 for any that is free.
  ///   - tls: the certificate to show; nil for plain HTTP.
  ///   - publicURL: how Exotel reaches this port; nil for its own address.
  /// - Throws: ``ListenError``.
  init(
    loop: EventLoop, host: String, port: Int, tls: TLSServerConfiguration?, publicURL: String?
  ) throws(ListenError) {
    let token = (0..<4).map { _ in String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16) }
      .joined()
    let path = "/exotel/events/\(token)"
    let (arrivals, arrive) = AsyncStream<ExotelLegEvent>.makeStream(
      bufferingPolicy: .bufferingOldest(1_024))
    var options = ListenerOptions()
    options.tls = tls
    listener = try WebSocketListener(
      loop: loop, host: host, port: port, options: options,
      onHTTP: { request in
        guard request.method == "POST", request.path.hasSuffix("/" + token) else {
          return HTTPResponse(status: 404, body: "Nothing is here.\n")
        }
        let fields = CallbackFields(
          query: "", contentType: request.headers["content-type"], body: request.body)
        if let event = ExotelLegEvent(fields) { arrive.yield(event) }
        // Whatever it was, another attempt would bring the same.
        return HTTPResponse(status: 200, body: "")
      }, onUpgrade: { _ in .refuse(status: 404, body: "Nothing is here.\n") })
    let own =
      "\(tls == nil ? "http" : "https")://\(ListenOptions.urlHost(host)):\(listener.port)"
    let base = publicURL ?? own
    feed = ExotelLegEventFeed(
      endpoint: (base.hasSuffix("/") ? String(base.dropLast()) : base) + path, events: arrivals)
  }

  func close() { listener.close() }
}
