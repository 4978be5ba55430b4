/// Carries something that belongs to the loop's thread through code that runs elsewhere.
struct OnLoop<Value>: @unchecked Sendable {
  // @unchecked: made on the loop's thread, and opened only in what `EventLoop.execute` runs there.
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}
