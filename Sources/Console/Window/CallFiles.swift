import Foundation
import Ground
import Sockets

/// Hands a page what there is of a call of its window: `recording/7`, `trace/7`, `record/7`.
///
/// Whole files, read by another thread than the loops'. A visitor names a call by its number in the window and
/// never a file.
final class CallFiles: Sendable {
  private let window: CallWindow
  private let recordings: String?
  private let traces: String?
  private let reader = DispatchQueue(label: "sidetone.console.files")
  private let reading = Locked(0)

  /// A quarter of an hour at 8 kHz: what is longer is for other programs, in the folder itself.
  static let mostBytes = 32 << 20
  /// Files in memory at once.
  private static let mostAtOnce = 2

  init(_ configuration: ConsoleConfiguration, of window: CallWindow) {
    self.window = window
    recordings = configuration.recordings
    traces = configuration.traces
  }

  /// Answers a request for something of a call; nil where the path below the console's is of another kind.
  func answer(_ path: String) -> HTTPResponse? {
    let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, ["recording", "trace", "record"].contains(parts[0]) else { return nil }
    let missing = HTTPResponse(
      status: 404, body: "The window has no such call, or not this of it.\n")
    guard parts[1].allSatisfy({ ("0"..."9").contains($0) }), let id = Int(parts[1]) else {
      return missing
    }
    switch parts[0] {
    case "recording": return read(recordings, window.recording(of: id)) ?? missing
    case "trace": return read(traces, window.trace(of: id)) ?? missing
    default:
      guard let record = window.record(of: id) else { return missing }
      return answer(Array(record.utf8), as: "application/json")
    }
  }

  /// Reads a file that a call has left; nil where it has left none.
  private func read(_ folder: String?, _ name: String?) -> HTTPResponse? {
    guard let folder, let name, Self.isBelow(name) else { return nil }
    let isFree = reading.withLock { reading in
      guard reading < Self.mostAtOnce else { return false }
      reading += 1
      return true
    }
    guard isFree else {
      return HTTPResponse(
        status: 503, headers: ["Retry-After": "1"], body: "Others are read now.\n")
    }
    return HTTPResponse(later: { [self] answer in
      reader.async { [self] in
        answer(file(folder, name))
        reading.withLock { $0 -= 1 }
      }
    })
  }

  private func file(_ folder: String, _ name: String) -> HTTPResponse {
    guard let handle = FileHandle(forReadingAtPath: folder + "/" + name) else {
      return HTTPResponse(status: 404, body: "The file is gone.\n")
    }
    defer { try? handle.close() }
    guard let bytes = try? handle.read(upToCount: Self.mostBytes + 1), !bytes.isEmpty else {
      return HTTPResponse(status: 404, body: "There is nothing in the file yet.\n")
    }
    guard bytes.count <= Self.mostBytes else {
      return HTTPResponse(status: 413, body: "The file is too long for the page; it is \(name).\n")
    }
    return answer(Array(bytes), as: Self.type(of: name))
  }

  private func answer(_ bytes: [UInt8], as type: String) -> HTTPResponse {
    var response = HTTPResponse(
      status: 200, contentType: type, headers: PageFiles.rules, body: "")
    response.body = bytes
    return response
  }

  private static func type(of name: String) -> String {
    if name.hasSuffix(".wav") { return "audio/wav" }
    return name.hasSuffix(".opus") ? "audio/ogg" : "application/octet-stream"
  }

  /// Whether a name leads nowhere else than below its folder: those of a program's own sinks may hold what
  /// strangers call a call.
  static func isBelow(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.allSatisfy { !["", ".", ".."].contains($0) } && !name.utf8.contains(0)
  }
}
