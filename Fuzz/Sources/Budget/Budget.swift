import CEdgeCount
import Glibc

/// What reading an input may cost: so much, and so much more for each byte.
///
/// Edges of our own code are counted exactly. Processor time, which also sees what the standard library
/// does for us, is taken at its least of several readings; libFuzzer's `-timeout` ends what hangs. What
/// is quadratic in an input of kilobytes passes neither.
public struct Budget {
  private let edges: Int
  private let edgesPerByte: Int
  /// The sanitizers' builds are slow and machines differ: some fifty times what they take.
  private static let nanosecondsPerEdge = 100
  /// A processor that others share may take this long for anything, five times in a row: what is quadratic in
  /// kilobytes takes longer.
  private static let leastNanoseconds: Int64 = 50_000_000

  /// Makes a budget of `edges` and `edgesPerByte`.
  public init(edges: Int = 20_000, edgesPerByte: Int) {
    self.edges = edges
    self.edgesPerByte = edgesPerByte
  }

  /// Reads the input of `byteCount` bytes by `body`, and traps where that costs more than it may.
  public func spend(on byteCount: Int, _ body: () -> Void) {
    let most = edges + edgesPerByte * byteCount
    var least = Int64.max
    for _ in 0..<5 {
      let before = edge_count()
      let start = Self.processorTime
      body()
      let taken = Int(edge_count() - before)
      // A build that counts nothing would keep every budget.
      precondition(taken > 0 || byteCount == 0, "edges are not counted in this build")
      precondition(taken <= most, "\(taken) edges for \(byteCount) bytes; \(most) are allowed")
      least = min(least, Self.processorTime - start)
      if least <= max(Int64(most * Self.nanosecondsPerEdge), Self.leastNanoseconds) { return }
    }
    preconditionFailure("\(least) ns for \(byteCount) bytes")
  }

  private static var processorTime: Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
