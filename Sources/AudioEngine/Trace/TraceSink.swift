/// Where a call's trace goes, piece by piece. The engine opens no file: whoever does conforms.
public protocol TraceSink: Sendable {
  /// What the trace is called, for who looks for it.
  var name: String { get }

  /// Takes the next piece; the first is what a trace begins with. Called on the thread that carries the call:
  /// it must not wait, for a disk or for anybody.
  func take(_ bytes: [UInt8])

  /// The trace is over, and nothing more comes.
  func finish()
}
