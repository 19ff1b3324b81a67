/// What one record of a trace is. The numbers are the file's.
package enum TraceKind: UInt8, Sendable {
  // Said once.
  case head = 0
  case session = 1
  case lost = 2
  case trouble = 3

  // What goes in.
  case text = 10
  case binary = 11
  case media = 12
  case detected = 13
  case press = 14
  case end = 15
  case socketClosed = 16
  case poll = 17
  case begin = 20
  case write = 21
  case mark = 22
  case attach = 23
  case finish = 24
  case interrupt = 25
  case pause = 26
  case resume = 27
  case advance = 28
  case backlog = 29
  case verdict = 30
  case close = 31
  case bargeIn = 32

  // What the bot was told.
  case refused = 40
  case told = 41
}

/// What a poll gave, as the first byte of its record says.
package enum TracedOutput: UInt8, CaseIterable, Sendable {
  case nothing, media, text, keys, close
}

/// What a detector said of a message, where it said something.
package struct TracedHearing: Hashable, Sendable {
  package var edge: SpeechEdge?
  package var quiet = Duration.zero
  package var spoken: Duration?

  /// Nothing.
  package init() {}

  init(_ edge: SpeechEdge?, quiet: Duration, spoken: Duration?) {
    self.edge = edge
    self.quiet = quiet
    self.spoken = spoken
  }

  package init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    edge = try cursor.choice(of: [nil, .began, .ended])
    quiet = try cursor.duration()
    spoken = try cursor.optional { (cursor) throws(TraceCursor.Failure) in try cursor.duration() }
  }

  func write(to bytes: inout TraceBytes) {
    bytes.append(byte: edge.map { $0 == .began ? 1 : 2 } ?? 0)
    bytes.append(quiet)
    bytes.append(optional: spoken) { $0.append($1) }
  }
}
