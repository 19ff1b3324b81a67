import CLibWebSockets

/// The clock that tells the time of day.
package enum SystemClock {
  /// Whether the kernel says that it is kept in step with others (adjtimex(2)); nil where it does not
  /// tell.
  package static var isSynchronised: Bool? {
    switch sidetone_clock_is_synchronised() {
    case 1: true
    case 0: false
    default: nil
    }
  }
}
