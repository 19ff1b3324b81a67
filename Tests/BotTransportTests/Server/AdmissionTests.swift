import AudioEngine
import Testing

@testable import BotTransport

@Suite("admission", .timeLimit(.minutes(2))) struct AdmissionTests {
  private func time(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  @Test("lets everything in without limits, until it drains")
  func draining() {
    let admission = Admission(ServerLimits())
    #expect(admission.isReady)
    #expect(admission.refusal(of: "127.0.0.1:1", at: .zero, activeCalls: 9_999) == nil)
    admission.drain()
    #expect(!admission.isReady)
    #expect(admission.refusal(of: "127.0.0.1:1", at: .zero, activeCalls: 0) == .draining)
  }

  @Test("tells that the account's streams run out, once until there is room again")
  func streams() {
    let admission = Admission(ServerLimits())
    let told = [7, 8, 9, 10, 7, 8].map { admission.mayTell(of: StreamRoom(open: $0, limit: 10)) }
    #expect(told == [false, true, false, false, false, true])
    #expect(!admission.mayTell(of: StreamRoom(open: 10, limit: nil)))
    #expect("\(StreamRoom(open: 8, limit: 10))" == "streams 8 of 10, near the limit")
    #expect("\(StreamRoom(open: 7, limit: 10))" == "streams 7 of 10")
  }

  @Test("bounds the calls at a time")
  func calls() {
    let admission = Admission(ServerLimits(calls: 2))
    #expect(admission.refusal(of: "127.0.0.1:1", at: .zero, activeCalls: 1) == nil)
    #expect(admission.refusal(of: "127.0.0.1:1", at: .zero, activeCalls: 2) == .calls)
  }

  @Test("refuses for lateness, which uses up no upgrade")
  func lateness() {
    let admission = Admission(ServerLimits(upgradesPerSecond: 1))
    for _ in 0..<3 {
      #expect(
        admission.refusal(of: "127.0.0.1:1", at: .zero, activeCalls: 0, isLate: true) == .lateness)
    }
    #expect(admission.refusal(of: "127.0.0.1:1", at: .zero, activeCalls: 0) == nil)
  }

  @Test("lets a second's worth in at once, then the rate")
  func rate() {
    let admission = Admission(ServerLimits(upgradesPerSecond: 4))
    func refusal(at now: MonotonicTime) -> UpgradeRefusal? {
      admission.refusal(of: "127.0.0.1:1", at: now, activeCalls: 0)
    }
    for _ in 0..<4 { #expect(refusal(at: time(0)) == nil) }
    #expect(refusal(at: time(0)) == .rate)
    #expect(refusal(at: time(249)) == .rate)
    #expect(refusal(at: time(250)) == nil)
    #expect(refusal(at: time(250)) == .rate)
    for _ in 0..<4 { #expect(refusal(at: .distantFuture) == nil) }
    #expect(refusal(at: .distantFuture) == .rate)
  }

  @Test("bounds each address for itself, whatever its port")
  func addresses() {
    let admission = Admission(ServerLimits(upgradesPerSecondAndAddress: 1))
    #expect(admission.refusal(of: "[::1]:1", at: .zero, activeCalls: 0) == nil)
    #expect(admission.refusal(of: "[::1]:2", at: .zero, activeCalls: 0) == .addressRate)
    #expect(admission.refusal(of: "127.0.0.1:1", at: .zero, activeCalls: 0) == nil)
  }

  @Test("remembers a bounded number of addresses")
  func addressBound() {
    let admission = Admission(ServerLimits(upgradesPerSecondAndAddress: 1))
    for number in 0..<10_000 {
      _ = admission.refusal(of: "10.0.\(number / 256).\(number % 256):1", at: .zero, activeCalls: 0)
      #expect(admission.addressCount <= TokenBuckets<String>.limit)
    }
  }
}
