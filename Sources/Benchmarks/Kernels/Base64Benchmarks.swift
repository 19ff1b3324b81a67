import CPCMKernels
import CPeers
import Foundation

/// Base64 both ways, from Plivo's 160-byte frame to Exotel's largest message.
enum Base64Benchmarks {
  private static let sizes = [160, 320, 640, 1_600, 3_200, 4_800, 100_000]

  static var section: Section {
    Section(
      id: "base64", layout: .sizesByContenders,
      groups: sizes.map { encode($0) } + sizes.map { decode($0) })
  }

  private static func encode(_ bytes: Int) -> Group {
    Group(
      name: "base64 encode", label: "\(Text.grouped(bytes)) B", size: .bytes(bytes),
      reference: "memcpy"
    ) {
      let source = unsafe HotMemory.source(Inputs.bytes(bytes))
      let count = pcm_base64_encoded_count(bytes)
      // EVP_EncodeBlock ends its text with a zero.
      let text = unsafe HotMemory.destination(count + 1, of: CChar(0))
      let data = unsafe Data(bytes: source, count: bytes)
      return KernelTable.available.map { table in
        let encode = unsafe table.functions.base64_encode
        return .ours(table.name) { iterations in
          for _ in 0..<iterations { unsafe _ = encode?(text, source, bytes) }
        }
      } + [
        .peer("memcpy") { iterations in
          for _ in 0..<iterations { unsafe peer_memcpy(text, source, bytes) }
        },
        .peer("OpenSSL") { iterations in
          unsafe text.withMemoryRebound(to: UInt8.self, capacity: count + 1) { text in
            for _ in 0..<iterations { unsafe _ = EVP_EncodeBlock(text, source, Int32(bytes)) }
          }
        },
        .peer("Foundation") { iterations in
          for _ in 0..<iterations { BlackHole.take(data.base64EncodedData()) }
        },
      ]
    }
  }

  private static func decode(_ bytes: Int) -> Group {
    Group(
      name: "base64 decode", label: "\(Text.grouped(bytes)) B", size: .bytes(bytes),
      reference: "memcpy"
    ) {
      let data = Data(Inputs.bytes(bytes)).base64EncodedData()
      let count = data.count
      let source = unsafe HotMemory.source(data.map { CChar(bitPattern: $0) })
      let characters = unsafe HotMemory.source(Array(data))
      // EVP_DecodeBlock writes the padding's zeros too.
      let destination = unsafe HotMemory.destination(count / 4 * 3, of: UInt8(0))
      return KernelTable.available.map { table in
        let decode = unsafe table.functions.base64_decode
        return .ours(table.name) { iterations in
          for _ in 0..<iterations {
            unsafe _ = decode?(destination, source, count, PCM_BASE64_PADDING_REQUIRED)
          }
        }
      } + [
        .peer("memcpy") { iterations in
          for _ in 0..<iterations { unsafe peer_memcpy(destination, source, bytes) }
        },
        .peer("OpenSSL") { iterations in
          for _ in 0..<iterations {
            unsafe _ = EVP_DecodeBlock(destination, characters, Int32(count))
          }
        },
        .peer("Foundation") { iterations in
          for _ in 0..<iterations { BlackHole.take(Data(base64Encoded: data)) }
        },
      ]
    }
  }
}
