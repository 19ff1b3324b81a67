import CallLog
import Foundation
import PostgresCallLog
import SQLiteCallLog

/// The call log that the commands write and read: a file of SQLite, or a database that nodes share.
enum CallLogPlace: Hashable, Sendable {
  case file(String)
  case database(PostgresAddress)

  /// What the option or the environment names.
  static func named(_ arguments: Arguments) throws(UsageError) -> CallLogPlace? {
    if let text = try arguments.text("--call-log") {
      let place = CallLogPlace(text)
      if case .database(let address) = place, address.holdsPassword {
        throw UsageError(
          "--call-log \(address.name) holds a password, which every user of this machine could read",
          advice: "put it into PGPASSFILE, ~/.pgpass or PGPASSWORD")
      }
      return place
    }
    let text = ProcessInfo.processInfo.environment["SIDETONE_CALL_LOG"] ?? ""
    return text.isEmpty ? nil : CallLogPlace(text)
  }

  private init(_ text: String) {
    self = PostgresAddress(text).map { .database($0) } ?? .file(text)
  }

  /// What messages call it: no user and no password.
  var name: String {
    switch self {
    case .file(let path): path
    case .database(let address): address.name
    }
  }

  /// What has `.pending` behind its name where something waits for the log to be written: beside a file, or
  /// where a service keeps its state.
  var spill: String {
    switch self {
    case .file(let path):
      return path
    case .database:
      let folder = ProcessInfo.processInfo.environment["STATE_DIRECTORY"] ?? "."
      return URL(fileURLWithPath: folder).appendingPathComponent("sidetone-calls").path
    }
  }

  /// Whether something waits.
  var hasPending: Bool { FileManager.default.fileExists(atPath: spill + ".pending") }

  /// A log to read.
  func open() throws(UsageError) -> any CallLog {
    do {
      switch self {
      case .file(let path): return try SQLiteCallLog(path: path, isReadOnly: true)
      case .database(let address): return try PostgresCallLog(at: address, isReadOnly: true)
      }
    } catch {
      throw UsageError(saying: String(describing: error))
    }
  }

  /// A log to write, opened when it is needed.
  func writer(keptDays: Int) -> CallLogWriter {
    CallLogWriter(spillingBeside: spill) { () async throws -> any CallLog in
      switch self {
      case .file(let path): try await SQLiteCallLog.opened(path: path, keptDays: keptDays)
      case .database(let address): try await PostgresCallLog.opened(at: address, keptDays: keptDays)
      }
    }
  }
}
