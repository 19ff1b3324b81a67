public import AudioEngine

/// A trace of a call, read: what ``TraceRecorder`` has written, in a file or in memory.
public struct CallTrace: Sendable {
  /// What a file of a trace begins with.
  public static let magic = Array("sidetone trace\n".utf8)

  /// Why bytes are no trace.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// They begin as no trace does.
    case noTrace
    /// Another version has written them.
    case otherVersion
    /// A record cannot be read; its place in the bytes.
    case broken(at: Int)
    /// There is nothing in it.
    case empty

    /// One line for people.
    public var description: String {
      switch self {
      case .noTrace: "is no trace of a call"
      case .otherVersion: "is a trace that this version does not read"
      case .broken(let place): "is broken at byte \(place)"
      case .empty: "holds nothing"
      }
    }
  }

  let head: TraceHead
  let records: [TraceRecord]
  /// Whether it ends inside a record, as that of a program that was killed may.
  public let isCutShort: Bool

  /// Reads the bytes of a file.
  ///
  /// - Throws: ``Failure``.
  public init(_ bytes: [UInt8]) throws(Failure) {
    guard bytes.starts(with: Self.magic) else { throw bytes.isEmpty ? .empty : .noTrace }
    var place = Self.magic.count
    var records: [TraceRecord] = []
    var head: TraceHead?
    var isCutShort = false
    var last = MonotonicTime.zero
    while place < bytes.count {
      var cursor = TraceCursor(bytes[place...])
      let record: ArraySlice<UInt8>
      do throws(TraceCursor.Failure) {
        record = try cursor.slice()
      } catch {
        isCutShort = true
        break
      }
      do throws(TraceCursor.Failure) {
        let read = try TraceRecord(record)
        if case .head(let first) = read.content {
          guard head == nil else { throw TraceCursor.Failure() }
          head = first
        } else {
          // A session's time never goes backwards.
          guard read.time >= last || read.isWithoutTime else { throw TraceCursor.Failure() }
          last = max(last, read.time)
          records.append(read)
        }
      } catch {
        throw head == nil ? .otherVersion : .broken(at: place)
      }
      guard head != nil else { throw .noTrace }
      place = record.endIndex
    }
    guard let head else { throw .empty }
    self.head = head
    self.records = records
    self.isCutShort = isCutShort
  }

  /// Whether nothing is missing since the call began: only such a trace can be run again.
  public var isWhole: Bool {
    !records.contains { if case .lost = $0.content { true } else { false } }
  }

  /// How the call's media session was made; nil where its stream had not begun.
  public var session: SessionConfiguration? {
    for record in records { if case .session(let made) = record.content { return made } }
    return nil
  }

  /// The platform that the call's path named; nil where it named none.
  public var platform: String? { head.platform }

  /// What is said of the call, by name.
  public var facts: [(name: String, value: String)] { head.facts.map { ($0.name, $0.value) } }

  /// From the beginning of the call to the last that the trace has.
  public var duration: Duration { (records.last?.time ?? head.began) - head.began }
}
