/// Why a request is not carried out, in the words of the answer.
struct RequestError: Error, Equatable {
  var code: ErrorCode
  /// A sentence for a person; never what they wrote, never an internal detail.
  var message: String
  /// How many lines wait already, when there are too many of them.
  var queue: Int?

  init(_ code: ErrorCode, _ message: String, queue: Int? = nil) {
    self.code = code
    self.message = message
    self.queue = queue
  }
}
