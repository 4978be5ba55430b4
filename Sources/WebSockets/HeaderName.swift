package import HTTPTypes

extension HTTPField.Name {
  /// A name that is written in the program: that it is a token (RFC 9110 section 5.1) is certain.
  package static func known(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header") }
    return name
  }
}
