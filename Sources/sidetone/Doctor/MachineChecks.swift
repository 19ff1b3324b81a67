import BotTransport
import CallSimulator
import Foundation
import Glibc

/// What a server needs of its machine and its files, as its options say.
struct MachineChecks {
  let options: ServerOptions

  /// Descriptors beside those of calls: loops, the log, callbacks that are being answered.
  private static let descriptorsBeside = 128
  /// A record takes a few kilobytes; a full disk costs none that could be kept, but fills fast.
  private static let leastSpace = 256 << 20

  func findings(at now: Date) -> [Finding] {
    [descriptors, clock, callLog, certificate(at: now)].compactMap(\.self)
      + CommandTable.doctorPlatforms.compactMap(signature)
  }

  private var descriptors: Finding {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return .warning(.descriptors, "the limit cannot be read", "see 'ulimit -Hn'")
    }
    let allowed = Int(clamping: min(limit.rlim_max, rlim_t(options.descriptors)))
    return Self.judge(descriptors: allowed, for: options.limits.limits.calls)
  }

  /// Whether so many descriptors carry so many calls; nil calls for no bound.
  static func judge(descriptors allowed: Int, for calls: Int?) -> Finding {
    let room = max(allowed - descriptorsBeside, 0)
    let words = "\(allowed.grouped) descriptors carry \(room.grouped) calls"
    let advice = "raise it: LimitNOFILE= in the unit, 'ulimit -Hn', the container's nofile"
    if let calls, calls > room {
      return .failed(.descriptors, "\(words), and --max-calls is \(calls.grouped)", advice)
    }
    if calls == nil, room < 1_000 { return .warning(.descriptors, words, advice) }
    return .ok(.descriptors, words)
  }

  private var clock: Finding {
    let advice = "run chrony or systemd-timesyncd: certificates and records go by it"
    switch SystemClock.isSynchronised {
    case true?: return .ok(.clock, "the system keeps it in step")
    case false?: return .warning(.clock, "the system does not say that it is in step", advice)
    case nil: return .warning(.clock, "the system does not tell whether it is in step", advice)
    }
  }

  private var callLog: Finding? {
    guard let place = options.callLog.place else { return nil }
    guard case .file(let path) = place else {
      do { _ = try place.open() } catch {
        return .failed(
          .callLog, error.message, "start the database, or mend its address, its user and .pgpass")
      }
      return space(of: URL(fileURLWithPath: place.spill).deletingLastPathComponent().path, place)
    }
    let files = FileManager.default
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    // SQLite and what waits for it write files of their own beside it.
    guard files.isWritableFile(atPath: folder) else {
      return .failed(
        .callLog, "\(folder) cannot be written to",
        "create it for the user that serves, or name another --call-log")
    }
    if files.fileExists(atPath: path) {
      guard files.isWritableFile(atPath: path) else {
        return .failed(
          .callLog, "\(path) cannot be written to", "give it to the user that serves")
      }
      do { _ = try place.open() } catch {
        return .failed(.callLog, error.message, "move it aside, or name another --call-log")
      }
    }
    return space(of: folder, place)
  }

  private func space(of folder: String, _ place: CallLogPlace) -> Finding {
    var status = statvfs()
    guard unsafe statvfs(folder, &status) == 0 else {
      return .warning(.callLog, "\(folder) does not say how much is free", "look at its disk")
    }
    let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    let words = "\((free >> 20).grouped) MiB free for \(place.name)"
    if place.hasPending {
      return .warning(
        .callLog, "records wait in \(place.spill).pending",
        "start the server: it writes them down first")
    }
    guard free >= Self.leastSpace else {
      return .warning(.callLog, words, "make room, or keep calls for fewer days (--keep-calls)")
    }
    return .ok(.callLog, words)
  }

  private func certificate(at now: Date) -> Finding? {
    guard let tls = options.tls.configuration else { return nil }
    do throws(TLSFileError) { try tls.reload() } catch {
      return .failed(.certificate, error.description, "mend --tls-cert and --tls-key")
    }
    guard let certificate = TLSExamination.certificate(ofFile: tls.certificateFile) else {
      return nil
    }
    return TLSChecks.expiry(
      .certificate, of: [certificate], at: now,
      renew: "renew \(tls.certificateFile), then send the server SIGHUP")
  }

  /// Whether what a platform's tokens sign opens, and nothing else does.
  private func signature(of platform: DoctorPlatform) -> Finding? {
    let tokens = options.endpoints.signingSecrets(of: platform.name)
    guard let signing = platform.signing, !tokens.isEmpty else { return nil }
    let told = options.endpoints.reach.publicAddress?.description
    guard signing.opens(tokens, told ?? "wss://bot.example.com") else {
      return .failed(.signature, "a token does not open what it has signed", signing.advice)
    }
    guard let told else {
      return .warning(
        .signature, "tokens sign and open",
        "give --public-url: the address is part of what is signed, and here it is each request's")
    }
    return .ok(.signature, "tokens sign and open, for \(told)")
  }
}
