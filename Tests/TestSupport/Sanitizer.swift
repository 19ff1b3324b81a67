import Foundation
public import Testing

/// A sanitizer that the whole test run is under, as `scripts/test` tells.
public enum Sanitizer {
  /// Which one; nil without.
  public static let name = ProcessInfo.processInfo.environment["SIDETONE_SANITIZER"]
  /// What a process that a test starts is to be told of it.
  public static let environment = ["ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"].compactMap {
    name in
    ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
  }
}

extension Trait where Self == ConditionTrait {
  /// For tests that listen to real time: under a sanitizer the server itself is the slow host.
  public static var inRealTime: Self {
    .enabled(
      if: Sanitizer.name == nil,
      "\(Sanitizer.name ?? "") is many times slower than real time, and this test listens for gaps")
  }
}
