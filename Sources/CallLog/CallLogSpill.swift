import Glibc
import Ground
import Telephony

/// Events that a call log could not take yet, in a file beside it: a line each, as JSON.
///
/// The file is made for its owner's eyes alone when it is needed and removed when it is empty. A
/// server holds a lock on the one it uses, so that two on one log do not share it; what a server left
/// behind is taken over by the next one. A line may be delivered twice, where a process ended between
/// the log's answer and the removal: events are idempotent.
@safe
actor CallLogSpill {
  /// Servers on one log at a time.
  private static let slots = 8
  /// A line's size at most; an event is smaller by construction.
  private static let mostOfLine = 262_144
  private static let chunk = 65_536

  private let path: String
  private let capacity: Int
  private let thread = BlockingExecutor(label: "call log spill")
  private var descriptor: Int32 = -1
  private var name = ""
  /// Bytes of the file, and those of them that are delivered.
  private var end = 0
  private var start = 0
  /// Lines behind ``start``.
  private(set) var count = 0
  /// Bytes of the lines that ``next(_:)`` gave last, and how many they were.
  private var given = (bytes: 0, lines: 0)

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe thread.asUnownedSerialExecutor()
  }

  /// - Parameters:
  ///   - path: the log's path; the file's own is that with `.pending` behind it.
  ///   - capacity: bytes that the file may have.
  init(beside path: String, capacity: Int) {
    self.path = path + ".pending"
    self.capacity = capacity
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Takes over what an earlier server left behind, if nothing waits here.
  ///
  /// - Returns: how many events that are.
  func adopt() -> Int {
    guard count == 0 else { return 0 }
    for slot in 0..<Self.slots where open(slot, creates: false) {
      count = lines()
      if count > 0 { return count }
      remove()
    }
    return 0
  }

  /// Keeps events.
  ///
  /// - Returns: how many of them, from the first on, are kept.
  func append(_ events: ArraySlice<CallLogEvent>) -> Int {
    guard !events.isEmpty else { return 0 }
    if descriptor < 0 {
      guard (0..<Self.slots).contains(where: { open($0, creates: true) }) else { return 0 }
      count = lines()
    }
    var kept = 0
    for event in events {
      let line = Array((event.jsonValue.json + "\n").utf8)
      guard line.count <= Self.mostOfLine, end + line.count <= capacity, write(line) else { break }
      kept += 1
    }
    count += kept
    return kept
  }

  /// The oldest events that were not delivered; the same ones until ``delivered()``. What cannot be
  /// read is passed over.
  func next(_ most: Int) -> [CallLogEvent] {
    guard count > 0, descriptor >= 0 else { return [] }
    var events: [CallLogEvent] = []
    given = (0, 0)
    var rest: [UInt8] = []
    var offset = start
    reading: while given.lines < most {
      let bytes = read(at: offset)
      guard !bytes.isEmpty else { break }
      offset += bytes.count
      rest += bytes
      var line = rest.startIndex
      while given.lines < most, let feed = rest[line...].firstIndex(of: UInt8(ascii: "\n")) {
        if let event = CallLogEvent(line: rest[line..<feed]) { events.append(event) }
        given.bytes += feed + 1 - line
        given.lines += 1
        line = feed + 1
        if events.count == most { break reading }
      }
      rest.removeFirst(line - rest.startIndex)
      if rest.count > Self.mostOfLine { break }
    }
    if events.isEmpty { remove() }
    return events
  }

  /// Forgets the events that ``next(_:)`` gave last.
  func delivered() {
    start += given.bytes
    count -= given.lines
    given = (0, 0)
    if count <= 0 { remove() }
  }

  private func open(_ slot: Int, creates: Bool) -> Bool {
    let name = slot == 0 ? path : "\(path).\(slot)"
    let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_APPEND | (creates ? O_CREAT : 0)
    let opened = unsafe Glibc.open(name, flags, 0o600)
    guard opened >= 0 else { return false }
    var own = stat()
    var named = stat()
    // Whoever held it may have removed it before the lock was ours.
    guard flock(opened, LOCK_EX | LOCK_NB) == 0, unsafe fstat(opened, &own) == 0,
      unsafe stat(name, &named) == 0, own.st_ino == named.st_ino, own.st_dev == named.st_dev,
      fchmod(opened, 0o600) == 0
    else {
      close(opened)
      return false
    }
    descriptor = opened
    self.name = name
    (start, end) = (0, Int(own.st_size))
    return true
  }

  private func remove() {
    guard descriptor >= 0 else { return }
    unsafe unlink(name)
    close(descriptor)
    descriptor = -1
    (start, end, count) = (0, 0, 0)
  }

  /// The whole lines of the file; a half one at its end, from a process that ended, is cut off.
  private func lines() -> Int {
    var (lines, offset, last) = (0, 0, 0)
    while true {
      let bytes = read(at: offset)
      guard !bytes.isEmpty else { break }
      for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
        lines += 1
        last = offset + index + 1
      }
      offset += bytes.count
    }
    if last < end, ftruncate(descriptor, last) == 0 { end = last }
    return lines
  }

  private func read(at offset: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
      unsafe count = max(pread(descriptor, buffer.baseAddress, Self.chunk, offset), 0)
    }
  }

  /// Appends all of `line` or, on a full disk, nothing of it.
  private func write(_ line: [UInt8]) -> Bool {
    let written = unsafe line.withUnsafeBytes { bytes in
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }
    guard written == line.count else {
      _ = ftruncate(descriptor, end)
      return false
    }
    end += line.count
    return true
  }
}

extension CallLogEvent {
  fileprivate var jsonValue: JSONValue {
    .object([
      .init("key", .string(event.key)), .init("name", .string(event.name)),
      .init("at", .string(event.at.description)), .init("scope", .string(scope.rawValue)),
      .init("origin", .string(origin.rawValue)), .init("facts", facts.jsonValue()),
    ])
  }

  fileprivate init?(line: ArraySlice<UInt8>) {
    let bytes = Array(line)
    guard let json = try? unsafe JSONValue(bytes.span.bytes), let key = json["key"]?.text,
      let name = json["name"]?.text, let at = json["at"]?.text.flatMap({ WallTime($0) }),
      let scope = json["scope"]?.text.flatMap(Scope.init),
      let origin = json["origin"]?.text.flatMap(Origin.init), let facts = json["facts"]
    else { return nil }
    self.init(
      .init(key: key, name: name, at: at), scope: scope, origin: origin, facts: CallRecord(facts))
  }
}
