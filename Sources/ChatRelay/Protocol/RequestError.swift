/// Why a request is not carried out, in the words of the answer.
struct RequestError: Error, Equatable {
  var code: ErrorCode
  /// A sentence for a person; never what they wrote, never an internal detail.
  var message: String

  init(_ code: ErrorCode, _ message: String) {
    self.code = code
    self.message = message
  }
}
