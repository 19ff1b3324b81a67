public import AudioEngine

// What is said and heard, written down.
extension MediaCall {
  /// Records the call from now on to its end: the caller, and the bot as he hears it.
  ///
  /// - Returns: false where the call has not begun, is over, or is recorded already.
  @discardableResult
  public func record(to sink: any RecordingSink) -> Bool {
    guard voice.recording == nil, !isOver else { return false }
    let now = loop.now
    let hasBegun =
      withMedia { media in
        media.beginRecording(at: now)
        return media.isRecording
      } ?? false
    if hasBegun { voice.recording = sink }
    return hasBegun
  }

  /// What the call's recording is called; nil where it is not recorded.
  public var recordingName: String? { voice.recording?.name }

  /// Hands on what is sure.
  func passRecording() {
    guard voice.isRecorded, let sink = voice.recording else { return }
    let now = loop.now
    while let stretch = withMedia({ $0.takeRecording(at: now) }) ?? nil { sink.take(stretch) }
  }

  /// The call is over.
  func endRecording() {
    guard let sink = voice.recording else { return }
    let now = loop.now
    withMedia { $0.endRecording(at: now) }
    passRecording()
    voice.recording = nil
    sink.finish()
  }
}
