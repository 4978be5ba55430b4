/// What an answer says about the request it answers, as far as it could be read.
struct RequestReference: Equatable {
  var type: String?
  /// The client's own name for its request.
  var id: String?
}
