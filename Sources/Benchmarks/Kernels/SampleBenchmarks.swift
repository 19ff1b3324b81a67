import CPCMKernels
import CPeers

/// What is done to samples in place: little-endian bytes, floats, gain, fade, level.
enum SampleBenchmarks {
  private static let sizes = [160, 800, 2_400]

  static var section: Section {
    Section(
      id: "samples", layout: .sizesByContenders,
      groups: [toFloat, toInt16, gain, fade, level, littleEndian].flatMap { make in
        sizes.map { make($0) }
      })
  }

  private static func group(
    _ name: String, _ count: Int, copying bytes: Int,
    _ ours: @escaping () -> [Contender]
  ) -> Group {
    Group(
      name: name, label: "\(Text.grouped(count)) samples", size: .samples(count),
      reference: "memcpy"
    ) {
      let source = unsafe HotMemory.source(Inputs.bytes(bytes))
      let copy = unsafe HotMemory.destination(bytes, of: UInt8(0))
      let memcpy = Contender.peer("memcpy") { iterations in
        for _ in 0..<iterations { unsafe peer_memcpy(copy, source, bytes) }
      }
      return ours() + [memcpy]
    }
  }

  private static func toFloat(_ count: Int) -> Group {
    group("int16 to float", count, copying: count * 2) {
      let source = unsafe HotMemory.source(Inputs.speech(count))
      let floats = unsafe HotMemory.destination(count, of: Float(0))
      return KernelTable.available.map { table in
        let convert = unsafe table.functions.float32_from_int16
        return .ours(table.name) { iterations in
          for _ in 0..<iterations { unsafe convert?(floats, source, count) }
        }
      }
    }
  }

  private static func toInt16(_ count: Int) -> Group {
    group("float to int16", count, copying: count * 2) {
      let source = unsafe HotMemory.source(Inputs.speech(count).map { Float($0) / 32_768 })
      let samples = unsafe HotMemory.destination(count, of: Int16(0))
      return KernelTable.available.map { table in
        let convert = unsafe table.functions.int16_from_float32
        return .ours(table.name) { iterations in
          for _ in 0..<iterations { unsafe convert?(samples, source, count) }
        }
      }
    }
  }

  private static func gain(_ count: Int) -> Group {
    group("gain", count, copying: count * 2) {
      let source = unsafe HotMemory.source(Inputs.speech(count))
      let samples = unsafe HotMemory.destination(count, of: Int16(0))
      return KernelTable.available.map { table in
        let gain = unsafe table.functions.gain
        return .ours(table.name) { iterations in
          for _ in 0..<iterations { unsafe gain?(samples, source, count, 3_000) }
        }
      }
    }
  }

  private static func fade(_ count: Int) -> Group {
    group("fade", count, copying: count * 2) {
      let source = unsafe HotMemory.source(Inputs.speech(count))
      let samples = unsafe HotMemory.destination(count, of: Int16(0))
      let unity = PCM_GAIN_UNITY << PCM_FADE_SHIFT
      let step = -Int32(unity) / Int32(count)
      return KernelTable.available.map { table in
        let fade = unsafe table.functions.fade
        return .ours(table.name) { iterations in
          for _ in 0..<iterations { unsafe _ = fade?(samples, source, count, Int32(unity), step) }
        }
      }
    }
  }

  private static func level(_ count: Int) -> Group {
    group("level", count, copying: count * 2) {
      let source = unsafe HotMemory.source(Inputs.speech(count))
      return KernelTable.available.map { table in
        let level = unsafe table.functions.level
        return .ours(table.name) { iterations in
          for _ in 0..<iterations { unsafe _ = level?(source, count) }
        }
      }
    }
  }

  /// The same on every instruction set: a copy on little-endian machines.
  private static func littleEndian(_ count: Int) -> Group {
    group("linear16 decode", count, copying: count * 2) {
      let source = unsafe HotMemory.source(Inputs.bytes(count * 2))
      let samples = unsafe HotMemory.destination(count, of: Int16(0))
      return [
        .ours("any") { iterations in
          for _ in 0..<iterations { unsafe pcm_linear16_decode(samples, source, count) }
        }
      ]
    }
  }
}
