import CLibCrypto
import Foundation

/// The files of a manifest, read, with what is wrong about them.
struct VectorFolder {
  /// The contents, by the manifest's names, of files whose hash is right.
  private(set) var contents: [String: [UInt8]] = [:]
  /// One sentence for each file that is missing or differs.
  private(set) var problems: [String] = []

  private static let mostBytes = 64 << 20

  /// Reads all files; one that is missing is a problem, a path that leaves the folder an error.
  init(_ folder: URL, files: [VectorManifest.File]) throws(UsageError) {
    for file in files {
      let parts = file.file.split(separator: "/", omittingEmptySubsequences: false)
      guard !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
        throw UsageError(
          "manifest.json names '\(file.file)'", advice: "vectors lie in its own folder")
      }
      let path = folder.appendingPathComponent(file.file)
      let size = (try? path.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
      guard size <= Self.mostBytes, let data = try? Data(contentsOf: path) else {
        problems.append("\(file.file): may not be read")
        continue
      }
      let bytes = [UInt8](data)
      let hash = Self.sha256(bytes)
      if hash == file.sha256 {
        contents[file.file] = bytes
      } else {
        problems.append("\(file.file): SHA-256 is \(hash.prefix(16))..., not the manifest's")
      }
    }
  }

  /// The SHA-256 (FIPS 180-4) of bytes in lower-case hexadecimal.
  private static func sha256(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    _ = unsafe SHA256(bytes, bytes.count, &digest)
    return digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
