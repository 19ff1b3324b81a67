import AudioEngine
import Foundation

/// What `manifest.json` says: the files there are, and what the operations make of them.
struct VectorManifest: Decodable {
  /// The form of the manifest; this is what ``readable`` must be.
  let version: Int
  let files: [File]
  let checks: [Check]

  static let readable = 1

  /// A file and its hash. Its encoding, rate and origin are for people.
  struct File: Decodable {
    let file: String
    let sha256: String
  }

  /// An operation, its input and what it must give, as spelt in JSON; ``VectorOperation`` reads it.
  struct Check: Decodable {
    let operation: String
    let input: String
    let expected: String?
    let rate: Int?
    let filter: String?
    let encoding: String?
    let gain: UInt16?
    let fade: [Int]?
    let sumOfSquares: UInt64?
    let peak: Int?
    let tolerance: Double?
    let stages: [String]?
    let far: String?
    let softer: Double?

    /// The files that it takes.
    var inputs: [String] { [input] + [expected, far].compactMap(\.self) }
  }

  /// Reads the manifest of a folder.
  static func read(in folder: URL) throws(UsageError) -> VectorManifest {
    let path = folder.appendingPathComponent("manifest.json")
    guard let data = try? Data(contentsOf: path) else {
      throw UsageError("\(path.path) may not be read", advice: "name a folder of vectors")
    }
    let manifest: VectorManifest
    do {
      manifest = try JSONDecoder().decode(VectorManifest.self, from: data)
    } catch {
      throw UsageError("\(path.path) is no manifest", advice: "take it anew from the repository")
    }
    guard manifest.version == readable else {
      throw UsageError(
        "\(path.path) has version \(manifest.version)", advice: "take those of this version")
    }
    return manifest
  }
}
