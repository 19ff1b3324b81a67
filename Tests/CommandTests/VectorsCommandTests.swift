import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone vectors check") struct VectorsCommandTests {
  private static let golden = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("TestVectors")

  private func check(_ folder: URL) async throws -> Sidetone {
    try await Sidetone(["vectors", "check", folder.path], within: .seconds(300))
  }

  @Test("passes on the golden vectors, on every instruction set")
  func pass() async throws {
    let run = try await check(Self.golden)
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.hasSuffix("verdict: pass\n"))
    #expect(!run.output.contains("wrong") && !run.output.contains("problem"))
    for kernels in Kernels.available { #expect(run.output.contains(kernels.name)) }
  }

  @Test(
    "fails when one byte of a file is changed, or a file is gone",
    arguments: ["signals/tone-8000.wav", "g711/every-sample.mulaw", "base64/cases.json"])
  func changedFile(_ name: String) async throws {
    let copy = try VectorCopy(of: Self.golden)
    var bytes = try copy.bytes(of: name)
    bytes[bytes.count - 2] ^= 1
    try copy.write(bytes, to: name)
    let changed = try await check(copy.folder)
    #expect(changed.status == 1)
    #expect(changed.output.contains("problem: \(name): SHA-256"))
    #expect(changed.output.contains(" not run for want of their files"))
    #expect(changed.output.hasSuffix("verdict: fail\n"))
    try FileManager.default.removeItem(at: copy.folder.appendingPathComponent(name))
    let gone = try await check(copy.folder)
    #expect(gone.status == 1)
    #expect(gone.output.contains("problem: \(name): may not be read"))
  }

  /// The hashes are made right again, so that only running the operations can tell.
  @Test("fails each operation on each instruction set when what it expects is changed")
  func changedExpectation() async throws {
    var copy = try VectorCopy(of: Self.golden)
    let counts = try await copy.spoilExpectations()
    #expect(counts.count == 18)
    let run = try await check(copy.folder)
    #expect(run.status == 1)
    #expect(!run.output.contains("SHA-256"))
    for (operation, count) in counts {
      let row = run.output.split(separator: "\n").first { $0.hasPrefix("\(operation) ") } ?? ""
      let isOfNoKernel = operation.hasPrefix("wave") || operation == "enhance"
      let sets = isOfNoKernel ? 1 : Kernels.available.count
      #expect(row.matches(of: /(\d+) wrong/).map(\.1) == .init(repeating: "\(count)", count: sets))
      #expect(!row.contains("ok"))
    }
  }

  @Test("ends with 2 where the manifest itself is wrong")
  func wrongManifest() async throws {
    let copy = try VectorCopy(of: Self.golden)
    let entry = ["file": "../x", "sha256": ""]
    let level: [String: Any] = ["operation": "level", "input": "x"]
    let manifests: [(String, Any)] = [
      ("is no manifest", ["version": 1]),
      ("has version 2", ["version": 2, "files": [], "checks": []]),
      ("checks nothing", ["version": 1, "files": [], "checks": []]),
      ("names '../x'", ["version": 1, "files": [entry], "checks": [level]]),
      ("does not list it", ["version": 1, "files": [], "checks": [level]]),
      ("is no manifest", ["version": 1, "files": [], "checks": [["gain": -1]]]),
    ]
    for (complaint, manifest) in manifests {
      try copy.write(JSONSerialization.data(withJSONObject: manifest), to: "manifest.json")
      let run = try await check(copy.folder)
      #expect(run.status == 2)
      #expect(run.errors.contains(complaint), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
