import Glibc

/// How a recording is written.
public enum RecordingFormat: String, Hashable, Sendable, CaseIterable {
  /// Linear PCM of 16 bits in a RIFF file, marks as cues: `.wav`.
  case wav
  /// Opus in Ogg, a tenth of the size, without the marks: `.opus`.
  case opus
}

/// A file of one recording. One thread.
protocol RecordingFile: AnyObject {
  /// Writes a piece at its place. What could not be written before stays silent.
  func write(_ stretch: borrowing Piece) throws(RecordingError)

  /// Writes what belongs at the end, and closes.
  func finish() throws(RecordingError)
}

/// A piece as files take it: both channels in turns, at a place in the recording.
struct Piece {
  let start: Int
  let samples: [Int16]
  let cues: [(position: Int, label: String)]
}

/// Why a recording cannot be written.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, and the system's words.
  public let description: String

  init(_ what: String, code: Int32) {
    description = unsafe "\(what): \(String(cString: strerror(code)))"
  }

  init(_ sentence: String) { description = sentence }
}
