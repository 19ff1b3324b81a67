/// A value that another thread answers with, for tests to wait for.
package final class Asked<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation

  package init() { (stream, continuation) = AsyncStream.makeStream() }

  package func answer(_ value: Value) { continuation.yield(value) }

  /// The answer, once.
  package var value: Value {
    get async throws {
      try await within { [stream] in
        for await value in stream { return value }
        throw DeadlinePassed()
      }
    }
  }
}
