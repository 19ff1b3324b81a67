import CLibWebSockets
import Glibc

/// What a loop tells the owner of a descriptor. All calls come on the loop's thread.
protocol LoopSocketOwner: AnyObject {
  /// Something happened; a result other than 0 closes the descriptor.
  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32
  /// libwebsockets has let go of the descriptor; nothing follows.
  func socketDestroyed()
}

/// Something that asked to write.
protocol LoopWriter: AnyObject {
  /// Its turn has come, outside of libwebsockets' callbacks.
  func takeTurnToWrite()
}

/// One descriptor that a loop serves: libwebsockets points to it, it points to its owner.
///
/// The loop's register keeps it alive from ``EventLoop/register(_:)`` until libwebsockets destroys
/// its side, so the pointer in libwebsockets' hands is always good. The owner may change: a
/// descriptor may serve one thing after another.
@safe
final class LoopSocket {
  /// Unowned: the loop's register owns this.
  unowned let loop: EventLoop
  var owner: any LoopSocketOwner
  /// libwebsockets' side, nil before it exists and after it is gone.
  var wsi: OpaquePointer?

  init(loop: EventLoop, owner: any LoopSocketOwner) {
    self.loop = loop
    self.owner = owner
  }

  /// What libwebsockets is given to find this socket again.
  var opaque: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

  /// Cuts the tie, so that libwebsockets no longer calls the owner.
  func detach() {
    guard let wsi = unsafe wsi else { return }
    unsafe lws_set_opaque_user_data(wsi, nil)
    unsafe self.wsi = nil
  }

  /// Closes a connection so that the peer sees a reset.
  func reset() {
    guard let wsi = unsafe wsi else { return }
    setLinger(unsafe lws_get_socket_fd(wsi))
    kill()
  }

  /// Closes the descriptor soon, without any farewell, from outside or inside its own callbacks.
  func kill() {
    guard let wsi = unsafe wsi else { return }
    unsafe lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC)
  }
}

/// The one callback of every protocol: finds the socket and tells its owner.
let socketCallback:
  @convention(c) (
    OpaquePointer?, lws_callback_reasons, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int
  ) -> Int32 = { wsi, reason, _, input, byteCount in
    switch reason {
    // These come with a stand-in, not with a socket.
    case LWS_CALLBACK_PROTOCOL_INIT, LWS_CALLBACK_PROTOCOL_DESTROY, LWS_CALLBACK_GET_THREAD_ID,
      LWS_CALLBACK_EVENT_WAIT_CANCELLED:
      return 0
    default:
      break
    }
    guard let wsi = unsafe wsi, let opaque = unsafe lws_get_opaque_user_data(wsi) else { return 0 }
    let socket = unsafe Unmanaged<LoopSocket>.fromOpaque(opaque).takeUnretainedValue()
    if reason == LWS_CALLBACK_WSI_DESTROY {
      unsafe lws_set_opaque_user_data(wsi, nil)
      socket.loop.destroyed(socket)
      return 0
    }
    if unsafe socket.wsi == nil { unsafe socket.wsi = unsafe wsi }
    return unsafe socket.owner.socketEvent(reason, input, byteCount)
  }
