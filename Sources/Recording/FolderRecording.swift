import AudioEngine

/// One recording of a ``RecordingFolder``.
final class FolderRecording: RecordingSink, @unchecked Sendable {
  // Unchecked: `file` is reached on the folder's thread alone.
  let name: String
  private let folder: RecordingFolder
  private var file: (any RecordingFile)?

  init(_ folder: RecordingFolder, named name: String) {
    self.folder = folder
    self.name = name
  }

  func take(_ stretch: RecordedStretch) {
    folder.output.enqueue(2 * stretch.caller.count) { [self] in
      attempt {
        // A disk that was full when the call began may have room by now.
        let file = try self.file ?? folder.makeFile(name, rate: stretch.wire.rate)
        self.file = file
        try file.write(Piece(stretch))
      }
    }
  }

  func finish() {
    folder.output.enqueue(0) { [self] in
      guard let file else { return }
      self.file = nil
      attempt(isEnd: true) { try file.finish() }
    }
  }

  private func attempt(isEnd: Bool = false, _ write: () throws -> Void) {
    do {
      try write()
      if isEnd { folder.finished() }
      folder.output.succeeded()
    } catch {
      folder.output.failed("\(error)")
    }
  }
}

extension Piece {
  init(_ stretch: RecordedStretch) {
    self.init(
      start: stretch.start, samples: stretch.interleaved,
      cues: stretch.cues.map { ($0.position, $0.label) })
  }
}
