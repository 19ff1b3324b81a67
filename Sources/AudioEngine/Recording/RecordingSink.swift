/// Where a call's recording goes, piece by piece. The engine opens no file: whoever does conforms.
public protocol RecordingSink: Sendable {
  /// What the recording is called, for who looks for it.
  var name: String { get }

  /// Takes the next piece. Called on the thread that carries the call: it must not wait, for a disk or
  /// for anybody.
  func take(_ stretch: RecordedStretch)

  /// The recording is over, and nothing more comes.
  func finish()
}
