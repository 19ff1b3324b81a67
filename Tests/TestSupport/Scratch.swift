package import Foundation

/// A directory of one test, removed with it.
package final class Scratch: Sendable {
  package let directory: URL

  package init() throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("sidetone-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  package func file(_ name: String) -> URL { directory.appendingPathComponent(name) }

  package func text(of name: String) throws -> String {
    let handle = try FileHandle(forReadingFrom: file(name))
    defer { try? handle.close() }
    return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
  }

  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: file(name))
    return file(name).path
  }
}
