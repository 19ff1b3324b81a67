import Testing

@testable import CallSimulator

@Suite("XMLReader") struct XMLReaderTests {
  private func read(_ text: String) throws -> XMLElement { try XMLReader.read(Array(text.utf8)) }

  @Test("reads elements, attributes, text, entities, comments and CDATA")
  func reads() throws {
    let root = try read(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- hello -->
      <Response><Stream a="1 &amp; 2" b='&#x41;&#66;'> wss://h/p?a=1&amp;b=2 <!-- x --></Stream>
      <Wait/><![CDATA[<raw>]]></Response>
      """)
    #expect(root.name == "Response" && root.children.map(\.name) == ["Stream", "Wait"])
    #expect(root.children[0]["a"] == "1 & 2" && root.children[0]["b"] == "AB")
    #expect(root.children[0].text == " wss://h/p?a=1&b=2 ")
    #expect(root.text.contains("<raw>"))
  }

  @Test(
    "refuses what is not XML, and what only a trap would hold",
    arguments: [
      "", "hello", "<a>", "<a></b>", "<a x=1/>", "<a x='1' x='2'/>", "<a>&nope;</a>",
      "<a>a & b</a>",
      "<a/><b/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "<a x='<'/>", "<a><!-- </a>", "< a/>",
      "<1/>",
      "<a x='1'y='2'/>", "<a>&#0;&#xD800;</a>",
      String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
      "<a>" + String(repeating: "<b/>", count: 1_000) + "</a>",
      "<a>" + String(repeating: " ", count: 100_000) + "</a>",
    ])
  func refuses(text: String) {
    #expect(throws: XMLFault.self) { try read(text) }
  }

  @Test("no cut and no changed byte of a document traps or hangs")
  func mutations() {
    let text = Array("<R><S a='1' b=\"&#65;\">t<!-- c --><![CDATA[d]]></S></R>".utf8)
    for place in text.indices {
      _ = try? XMLReader.read(Array(text[..<place]))
      for byte: UInt8 in [0, 0x26, 0x3C, 0x3E, 0x22, 0x2F, 0x21, 0xFF] {
        var changed = text
        changed[place] = byte
        _ = try? XMLReader.read(changed)
      }
    }
  }
}
