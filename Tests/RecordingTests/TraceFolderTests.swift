import AudioEngine
import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite("TraceFolder") struct TraceFolderTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: scratch.file("traces").appendingPathComponent(name)))
  }

  @Test("pieces follow each other in a file that its owner alone reads")
  func pieces() throws {
    let folder = try TraceFolder(path: scratch.file("traces").path)
    let trace = folder.trace(of: ["../../b7d25e90"])
    for piece in [[1, 2], [3], [4, 5, 6]] as [[UInt8]] { trace.take(piece) }
    trace.finish()
    #expect(folder.flush())
    #expect(trace.name.hasSuffix("Z-b7d25e90.trace"))
    #expect(try bytes(trace.name) == [1, 2, 3, 4, 5, 6])
    let path = scratch.file("traces").appendingPathComponent(trace.name).path
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(folder.counts == TraceFolder.Counts(traces: 1))
  }

  @Test("a piece that found no room is counted, and the file says that it is missing")
  func holes() throws {
    let folder = try TraceFolder(path: scratch.file("traces").path, capacity: 10)
    let trace = folder.trace(of: ["c"])
    trace.take([1])
    trace.take([UInt8](repeating: 2, count: 11))
    #expect(folder.flush())
    trace.take([3])
    #expect(folder.flush())
    #expect(try bytes(trace.name) == [1] + TraceRecorder.lost + [3])
    #expect(folder.counts.lostPieces == 1)
  }

  @Test("a disk that takes nothing at first gets what the trace begins with all the same")
  func lateDisk() throws {
    let folder = try TraceFolder(path: scratch.file("traces").path)
    let trace = folder.trace(of: ["c"])
    let blocker = scratch.file("traces").appendingPathComponent(trace.name)
    try FileManager.default.createDirectory(at: blocker, withIntermediateDirectories: false)
    trace.take([1])
    trace.take([2])
    #expect(folder.flush())
    try FileManager.default.removeItem(at: blocker)
    trace.take([3])
    #expect(folder.flush())
    #expect(try bytes(trace.name) == [1] + TraceRecorder.lost + [3])
    #expect(folder.counts.lostPieces == 2)
  }
}
