import Foundation
import TestSupport

/// A copy of the golden vectors to spoil, with fewer resampler outputs, which take the longest.
struct VectorCopy {
  let folder: URL
  private let scratch: Scratch
  private var manifest: [String: Any]

  init(of golden: URL) throws {
    scratch = try Scratch()
    folder = scratch.file("vectors")
    try FileManager.default.copyItem(at: golden, to: folder)
    let data = try Data(contentsOf: folder.appendingPathComponent("manifest.json"))
    manifest = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    let checks = manifest["checks"] as? [[String: Any]] ?? []
    manifest["checks"] = checks.filter { check in
      let input = check["input"] as? String ?? ""
      return check["operation"] as? String != "resample" || input.hasPrefix("signals/impulses")
    }
    try writeManifest()
  }

  private func writeManifest() throws {
    try write(JSONSerialization.data(withJSONObject: manifest), to: "manifest.json")
  }

  func bytes(of name: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(name))
  }

  func write(_ bytes: Data, to name: String) throws {
    try bytes.write(to: folder.appendingPathComponent(name))
  }

  /// Changes a byte of every file that something is compared with, every level, and a case of
  /// base64, and gives the manifest the new hashes; returns the checks there are, by operation.
  mutating func spoilExpectations() async throws -> [String: Int] {
    var counts: [String: Int] = [:]
    var spoilt: Set<String> = []
    var checks = manifest["checks"] as? [[String: Any]] ?? []
    for index in checks.indices {
      counts[checks[index]["operation"] as? String ?? "", default: 0] += 1
      if let peak = checks[index]["peak"] as? Int { checks[index]["peak"] = peak - 1 }
      if checks[index]["softer"] != nil { checks[index]["softer"] = 90 }
      if let expected = checks[index]["expected"] as? String { spoilt.insert(expected) }
    }
    for name in spoilt {
      var bytes = try bytes(of: name)
      // What is read as lines keeps its form.
      bytes[name.hasSuffix(".txt") ? 0 : bytes.count - 1] ^= 1
      try write(bytes, to: name)
    }
    let cases = String(decoding: try bytes(of: "base64/cases.json"), as: UTF8.self)
    try write(
      Data(cases.replacing("\"position\": 77", with: "\"position\": 78").utf8),
      to: "base64/cases.json")
    var files = manifest["files"] as? [[String: Any]] ?? []
    let hashes = try await sha256(of: files.compactMap { $0["file"] as? String })
    for index in files.indices {
      files[index]["sha256"] = hashes[files[index]["file"] as? String ?? ""]
    }
    manifest["checks"] = checks
    manifest["files"] = files
    try writeManifest()
    return counts
  }

  private func sha256(of names: [String]) async throws -> [String: String] {
    let paths = names.map { folder.appendingPathComponent($0).path }
    let run = try await Subprocess("/usr/bin/sha256sum", paths).end()
    let hashes = run.output.split(separator: "\n").map { String($0.prefix(64)) }
    return Dictionary(uniqueKeysWithValues: zip(names, hashes))
  }
}
