import CallLog

/// What a platform's endpoints go by of the server that they are added to.
struct CallbackHost: Sendable {
  /// How the platform reaches it.
  var reach = Reach()
  /// Where callbacks are written down; nil for nowhere.
  var callLog: CallLogWriter?
  /// Its calls, and its desk, for which it waits when it stops.
  var notices = CallNotices()
}

extension ServerConfiguration {
  /// The server, as endpoints go by it.
  var callbackHost: CallbackHost {
    CallbackHost(reach: reach, callLog: callLog, notices: notices)
  }
}
