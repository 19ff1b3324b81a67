import CPCMKernels

/// The six pairs of rates and both filters, a stream cut into 20 ms and 100 ms blocks.
enum ResampleBenchmarks {
  static let pairs = [
    (8_000, 16_000), (16_000, 8_000), (8_000, 24_000), (24_000, 8_000), (16_000, 24_000),
    (24_000, 16_000),
  ]

  static var section: Section {
    Section(
      id: "resampling", layout: .contendersByNames,
      groups: [20, 100].flatMap { milliseconds in
        pairs.map { group(from: $0, to: $1, milliseconds: milliseconds) }
      })
  }

  /// `8>16`
  static func name(from: Int, to: Int) -> String { "\(from / 1_000)>\(to / 1_000)" }

  private static func group(from: Int, to: Int, milliseconds: Int) -> Group {
    let count = from * milliseconds / 1_000
    return Group(
      name: "resample \(name(from: from, to: to))", label: "\(milliseconds) ms",
      size: .samples(count), reference: "speexdsp 5"
    ) {
      let source = unsafe UnsafeBufferPointer(
        start: HotMemory.source(Inputs.speech(count)), count: count)
      // Twice a block's share: soxr gives several blocks' output at once.
      let room = max(count * to / from * 2, to / 2)
      let output = unsafe UnsafeMutableBufferPointer(
        start: HotMemory.destination(room, of: Int16(0)), count: room)
      let ours = KernelTable.available.flatMap { table in
        ConverterModel.ours(table).map { model in
          let converter = model.make(from, to)
          return Contender.ours(table.name, variant: model.name) { iterations in
            for _ in 0..<iterations { unsafe _ = converter.convert(source, into: output) }
          }
        }
      }
      let peers = ConverterModel.peers.map { model in
        let converter = model.make(from, to)
        return Contender.peer(model.name, fewestCalls: model.fewestCalls) { iterations in
          for _ in 0..<iterations { unsafe _ = converter.convert(source, into: output) }
        }
      }
      return ours + peers
    }
  }
}
