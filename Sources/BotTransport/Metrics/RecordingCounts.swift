/// What became of a server's recordings, or of its traces, for its metrics.
public struct RecordingCounts: Hashable, Sendable {
  /// Recordings begun, or traces.
  public var recordings: Int
  /// Pieces, of about a second, that could not be kept.
  public var lostPieces: Int
  /// Bytes that wait to be written.
  public var waitingBytes: Int

  /// Makes counts.
  public init(recordings: Int, lostPieces: Int, waitingBytes: Int) {
    self.recordings = recordings
    self.lostPieces = lostPieces
    self.waitingBytes = waitingBytes
  }
}

extension MetricsPage {
  /// The series of recordings.
  mutating func add(_ counts: RecordingCounts) {
    add(
      "sidetone_recordings_total", "Recordings begun.", "counter", [("", counts.recordings)])
    add(
      "sidetone_recording_lost_pieces_total",
      "Pieces of recordings, of about a second, that could not be kept.", "counter",
      [("", counts.lostPieces)])
    add(
      "sidetone_recording_waiting_bytes", "Recorded bytes that wait to be written.", "gauge",
      [("", counts.waitingBytes)])
  }

  /// The series of traces.
  mutating func add(traces counts: RecordingCounts) {
    add("sidetone_traces_total", "Traces of calls begun.", "counter", [("", counts.recordings)])
    add(
      "sidetone_trace_lost_pieces_total", "Pieces of traces that could not be kept.", "counter",
      [("", counts.lostPieces)])
    add(
      "sidetone_trace_waiting_bytes", "Traced bytes that wait to be written.", "gauge",
      [("", counts.waitingBytes)])
  }
}
