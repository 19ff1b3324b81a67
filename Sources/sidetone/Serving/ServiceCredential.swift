import Foundation

/// Secrets that a service manager has put aside for this process, as files by name: systemd's
/// `LoadCredential=`, or a container's secrets where $CREDENTIALS_DIRECTORY names their folder.
enum ServiceCredential {
  /// The file of one, for an option that was not given; nil where there is none.
  static func path(_ name: String) -> String? {
    guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty
    else { return nil }
    let path = folder + "/" + name
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
