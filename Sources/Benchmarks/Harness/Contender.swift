/// One way to do a group's work: a kernel of ours on one instruction set, or a peer.
struct Contender {
  /// The instruction set of one of ours, or the peer's name.
  let name: String
  let isOurs: Bool
  /// What tells two of ours apart on one instruction set, such as the filter; empty otherwise.
  let variant: String
  /// Fewest calls in a slot, for a peer that works in bursts.
  let fewestCalls: Int
  /// Does the work so many times.
  let run: (_ iterations: Int) -> Void

  static func ours(
    _ isa: String, variant: String = "", _ run: @escaping (_ iterations: Int) -> Void
  ) -> Contender {
    Contender(name: isa, isOurs: true, variant: variant, fewestCalls: 1, run: run)
  }

  static func peer(
    _ name: String, fewestCalls: Int = 1, _ run: @escaping (_ iterations: Int) -> Void
  ) -> Contender {
    Contender(name: name, isOurs: false, variant: "", fewestCalls: fewestCalls, run: run)
  }

  /// The name in tables.
  var label: String { variant.isEmpty ? name : "\(variant) \(name)" }
}

/// The same work on the same input, done by everyone who can.
struct Group {
  /// How much goes in.
  enum Size {
    case bytes(Int)
    case samples(Int)
  }

  /// What is done, such as `base64 encode`.
  let name: String
  /// What tells it from the section's other groups of the same name, such as `3,200 B`.
  let label: String
  let size: Size
  /// Whose time ours is set against in the tables.
  let reference: String
  /// The bytes of the heap that one of it takes, where that is asked for.
  var heap: (() -> Int)?
  /// Allocates the group's memory and its contenders; called once, when the group is measured.
  let contenders: () -> [Contender]

  var title: String { label.isEmpty ? name : "\(name), \(label)" }
}

/// A chapter of BENCHMARKS.md: groups whose tables belong together.
struct Section {
  /// The name in the file's markers.
  let id: String
  let layout: Layout
  let groups: [Group]

  enum Layout {
    /// A table a name: a row a size, a column a contender; times the reference's time.
    case sizesByContenders
    /// A table a label: a row a contender, a column a name; speed against the reference's.
    case contendersByNames
    /// One table: a row a contender of ours, with its peers behind it and its allocations.
    case paths
    /// One table: a row a group, as a share of a core and with its memory.
    case ears
  }
}
