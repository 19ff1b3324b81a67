import Foundation
import Ground
import Sockets

/// Hands a page the recordings of calls that its window lists: whole files, read by another thread than the
/// loops'.
final class RecordingDesk: Sendable {
  private let folder: String
  private let reader = DispatchQueue(label: "sidetone.console.recordings")
  private let reading = Locked(0)

  /// A quarter of an hour at 8 kHz: what is longer is for other programs, in the folder itself.
  static let mostBytes = 32 << 20
  /// Files in memory at once.
  private static let mostAtOnce = 2

  init(folder: String) { self.folder = folder }

  /// Answers with the file of that name, which is one that the server itself has given.
  func answer(_ name: String) -> HTTPResponse {
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
        answer(file(name))
        reading.withLock { $0 -= 1 }
      }
    })
  }

  private func file(_ name: String) -> HTTPResponse {
    let path = folder + "/" + name
    guard let handle = FileHandle(forReadingAtPath: path) else {
      return HTTPResponse(status: 404, body: "The recording is gone.\n")
    }
    defer { try? handle.close() }
    guard let bytes = try? handle.read(upToCount: Self.mostBytes + 1), !bytes.isEmpty else {
      return HTTPResponse(status: 404, body: "There is nothing in the recording yet.\n")
    }
    guard bytes.count <= Self.mostBytes else {
      return HTTPResponse(
        status: 413, body: "The recording is too long for the page; it is \(name).\n")
    }
    var response = HTTPResponse(
      status: 200, contentType: name.hasSuffix(".opus") ? "audio/ogg" : "audio/wav",
      headers: PageFiles.rules, body: "")
    response.body = Array(bytes)
    return response
  }
}
