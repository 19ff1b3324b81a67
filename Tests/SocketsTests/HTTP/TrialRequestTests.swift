import Sockets
import TestSupport
import Testing

/// One request on a connection of its own, answered by a server that sends exactly these bytes.
@Suite("TrialRequest", .timeLimit(.minutes(1)))
struct TrialRequestTests {
  private func answer(_ bytes: String, to method: String = "GET") async throws
    -> TrialRequest.Answer
  {
    let peer = try PythonPeer(
      port: 0,
      #"""
      with socket.create_server(("127.0.0.1", 0)) as listener:
        say(listener.getsockname()[1])
        s = listener.accept()[0]
        s.recv(65536)
        try: s.sendall(\#(bytes))
        except OSError: pass
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536): pass
      """#)
    defer { peer.end() }
    let request = try TrialRequest(method, "http://127.0.0.1:\(try await peer.port())/a?b=c")
    return try request.send(trusting: TLSClientConfiguration(), within: .seconds(20))
  }

  @Test(
    "reads bodies of every framing",
    arguments: [
      (#"b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloand more""#, "hello"),
      (#"b"HTTP/1.1 404 Not Found\r\n\r\nto the end""#, "to the end"),
      (
        #"b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"#
          + #"7;a=b\r\n0\r\n\r\nab\r\n1\r\nc\r\n0\r\nTrailer: x\r\n\r\n""#,
        "0\r\n\r\nabc"
      ),
      (#"b"HTTP/1.1 204 No Content\r\n\r\n""#, ""),
    ])
  func framings(bytes: String, body: String) async throws {
    let answer = try await answer(bytes)
    #expect(String(decoding: answer.body, as: UTF8.self) == body)
  }

  @Test("an answer to HEAD has no body, whatever its length says")
  func head() async throws {
    let answer = try await answer(#"b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n""#, to: "HEAD")
    #expect(answer.status == 200 && answer.body.isEmpty)
  }

  @Test(
    "says what is wrong with an answer",
    arguments: [
      (#"b"""#, "the server ended without an answer"),
      (#"b"220 smtp ready\r\n\r\n""#, "the answer is not HTTP"),
      (
        #"b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort""#,
        "the answer ended before its end"
      ),
      (
        #"b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab""#,
        "the answer ended before its end"
      ),
      (
        #"b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n""#,
        "a chunk's size is not hexadecimal"
      ),
      (
        #"b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n" + b"x" * 1048577"#,
        "the answer has more than 1 MiB"
      ),
      (
        #"b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n""#,
        "the answer has more than 1 MiB"
      ),
      (#"b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1048577"#, "the answer has more than 1 MiB"),
    ])
  func faults(bytes: String, words: String) async {
    let failure = await #expect(throws: ConnectFailure.self) { try await answer(bytes) }
    #expect(failure.map { "\($0)".contains(words) } == true, "\(failure as Any)")
  }
}
