import AudioEngine
import Glibc

/// An echo bot on a server of one's own: nothing of `BotTransport`, one thread, `poll(2)`.
///
///     swift run BringYourOwnServer 5001
///     swift run sidetone call ws://127.0.0.1:5001/exotel --audio VOICE.wav
///
/// What there is to see: ``Connection`` gives a `CallSession` what arrives and the time, sends what it
/// writes, and asks it when it wants to be called again. Everything else here is a server like any
/// other, kept small: it has no TLS and no access rules and belongs behind something that has.
@main struct BringYourOwnServer {
  static func main() {
    let port = CommandLine.arguments.dropFirst().first.map { UInt16($0) } ?? 5001
    guard let port else {
      print("usage: BringYourOwnServer [PORT]")
      exit(2)
    }
    signal(SIGPIPE, SIG_IGN)
    do throws(SocketError) {
      let server = try Server(port: port)
      print("listening on ws://127.0.0.1:\(server.port)")
      fflush(nil)
      try server.run()
    } catch {
      print("cannot serve: \(error)")
      exit(1)
    }
  }
}

extension MonotonicTime {
  /// The clock that all sessions of this server are told: any that never goes back will do.
  static var now: MonotonicTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
