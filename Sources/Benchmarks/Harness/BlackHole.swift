/// Takes results, so that the work that made them is done.
enum BlackHole {
  @inline(never) @_optimize(none)
  static func take<Value>(_ value: Value) {}
}
