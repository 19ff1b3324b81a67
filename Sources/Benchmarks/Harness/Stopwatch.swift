import CAllocationCount
import Glibc

/// The group's clock: slots of every contender in turn, so that a slow phase of the machine meets
/// them all, and the smallest and the median slot of each.
final class Stopwatch {
  private let group: Group
  private let contenders: [Contender]
  private var iterations: [Int]
  private var slots: [[Double]]
  private var allocations: [Double]

  /// Long against the clock's 25 ns, short against the scheduler's slices.
  private static let slot = 30_000.0
  private static let allocationRuns = 200
  /// Frames that spread a round's stack over more than a page.
  private static let depths = 211

  /// Makes the contenders and finds how many calls fill a slot of each.
  init(_ group: Group) {
    self.group = group
    contenders = group.contenders()
    iterations = contenders.map { Self.calibrate($0) }
    slots = contenders.map { _ in [] }
    allocations = contenders.map { contender in
      // Queues and buffers grow to what they need, and stay there.
      contender.run(Self.allocationRuns)
      let before = allocation_count()
      contender.run(Self.allocationRuns)
      return Double(allocation_count() - before) / Double(Self.allocationRuns)
    }
  }

  /// Goes round the contenders for so many nanoseconds, three times at least.
  func run(nanoseconds: Double) {
    let end = Self.now + nanoseconds
    var rounds = 0
    while rounds < 3 || Self.now < end {
      deeper(rounds * 37 % Self.depths)
      rounds += 1
    }
  }

  /// Measures a round with its stack so many frames further down.
  ///
  /// Where a process's stack lies is random, and a load that shares its low 12 address bits with a
  /// fresh store to the stack waits for it: a kernel with a scratch buffer was seen to take 40 ns in
  /// one run and 14 in the next.
  @inline(never) @_optimize(none)
  private func deeper(_ frames: Int) {
    if frames > 0 { deeper(frames - 1) } else { round() }
  }

  private func round() {
    for (index, contender) in contenders.enumerated() {
      // Brings this one's code and data back into the caches.
      contender.run(1)
      let start = Self.now
      contender.run(iterations[index])
      slots[index].append((Self.now - start) / Double(iterations[index]))
    }
  }

  var result: GroupResult {
    GroupResult(
      group: group,
      measurements: contenders.indices.map { index in
        let sorted = slots[index].sorted()
        return Measurement(
          name: contenders[index].name, isOurs: contenders[index].isOurs,
          variant: contenders[index].variant, nsMin: sorted.first ?? .nan,
          nsMedian: sorted.isEmpty ? .nan : sorted[sorted.count / 2],
          allocations: allocations[index])
      })
  }

  private static func calibrate(_ contender: Contender) -> Int {
    contender.run(1)
    var calls = 1
    while calls < 1 << 20 {
      let start = now
      contender.run(calls)
      let took = now - start
      if took > slot / 4 {
        let fitting = Int((slot / took * Double(calls)).rounded(.up))
        return max(fitting, contender.fewestCalls)
      }
      calls *= 2
    }
    return calls
  }

  /// Nanoseconds on a clock that only runs forward.
  private static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}

/// Takes results, so that the work that made them is done.
enum BlackHole {
  @inline(never) @_optimize(none)
  static func take<Value>(_ value: Value) {}
}

/// What one contender took in one group, in nanoseconds a call.
struct Measurement {
  let name: String
  let isOurs: Bool
  let variant: String
  let nsMin: Double
  let nsMedian: Double
  /// Heap allocations a call.
  let allocations: Double

  var label: String { variant.isEmpty ? name : "\(variant) \(name)" }
}

/// A group and what was measured in it.
struct GroupResult {
  let group: Group
  let measurements: [Measurement]

  func measurement(_ name: String, variant: String = "") -> Measurement? {
    measurements.first { $0.name == name && $0.variant == variant }
  }

  /// How many times longer `peer` took than `ours`.
  func ratio(_ ours: Measurement, to peer: Measurement) -> Double { peer.nsMin / ours.nsMin }
}
