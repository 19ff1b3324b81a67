/// A test waited longer than anything it waits for can take.
package struct DeadlinePassed: Error {
  package init() {}
}

/// Runs `body`, and cancels it with ``DeadlinePassed`` when it takes longer than `limit`.
package func within<Value: Sendable>(
  _ limit: Duration = .seconds(20), _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw DeadlinePassed()
    }
    guard let first = try await group.next() else { throw DeadlinePassed() }
    group.cancelAll()
    return first
  }
}

/// Asks `condition` again and again; gives whether it holds by the end of `limit`.
package func eventually(
  _ limit: Duration = .seconds(10), _ condition: @Sendable () async -> Bool
) async -> Bool {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if await condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return await condition()
}
