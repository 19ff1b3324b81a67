import CPCMKernels
import CPeers

/// mu-law and A-law both ways, beside spandsp, which negates and shifts sample by sample.
enum G711Benchmarks {
  private static let sizes = [160, 800, 2_400]

  static var section: Section {
    Section(
      id: "g711", layout: .sizesByContenders,
      groups: unsafe [
        encode("mu-law encode", \.mulaw_encode, law: G711_ULAW),
        decode("mu-law decode", \.mulaw_decode, law: G711_ULAW),
        encode("A-law encode", \.alaw_encode, law: G711_ALAW),
        decode("A-law decode", \.alaw_decode, law: G711_ALAW),
      ].flatMap { $0 })
  }

  private typealias Encoder =
    @convention(c) (
      UnsafeMutablePointer<UInt8>?, UnsafePointer<Int16>?, Int
    ) -> Void
  private typealias Decoder =
    @convention(c) (
      UnsafeMutablePointer<Int16>?, UnsafePointer<UInt8>?, Int
    ) -> Void

  private static func encode(
    _ name: String, _ kernel: KeyPath<pcm_kernels, Encoder?>, law: some BinaryInteger
  ) -> [Group] {
    sizes.map { count in
      group(name, count) {
        let source = unsafe HotMemory.source(Inputs.speech(count))
        let bytes = unsafe HotMemory.destination(count * 2, of: UInt8(0))
        let peer = SpanDSP(law: law)
        return KernelTable.available.map { table in
          let encode = unsafe table.functions[keyPath: kernel]
          return .ours(table.name) { iterations in
            for _ in 0..<iterations { unsafe encode?(bytes, source, count) }
          }
        } + [
          .peer("memcpy") { iterations in
            for _ in 0..<iterations { unsafe peer_memcpy(bytes, source, count * 2) }
          },
          .peer("spandsp") { iterations in
            for _ in 0..<iterations {
              unsafe peer.encode(source, count: count, into: bytes)
            }
          },
        ]
      }
    }
  }

  private static func decode(
    _ name: String, _ kernel: KeyPath<pcm_kernels, Decoder?>, law: some BinaryInteger
  ) -> [Group] {
    sizes.map { count in
      group(name, count) {
        let source = unsafe HotMemory.source(Inputs.bytes(count * 2))
        let samples = unsafe HotMemory.destination(count, of: Int16(0))
        let peer = SpanDSP(law: law)
        return KernelTable.available.map { table in
          let decode = unsafe table.functions[keyPath: kernel]
          return .ours(table.name) { iterations in
            for _ in 0..<iterations { unsafe decode?(samples, source, count) }
          }
        } + [
          .peer("memcpy") { iterations in
            for _ in 0..<iterations { unsafe peer_memcpy(samples, source, count * 2) }
          },
          .peer("spandsp") { iterations in
            for _ in 0..<iterations {
              unsafe peer.decode(source, count: count, into: samples)
            }
          },
        ]
      }
    }
  }

  private static func group(
    _ name: String, _ count: Int, _ contenders: @escaping () -> [Contender]
  ) -> Group {
    Group(
      name: name, label: "\(Text.grouped(count)) samples", size: .samples(count),
      reference: "memcpy", contenders: contenders)
  }
}
