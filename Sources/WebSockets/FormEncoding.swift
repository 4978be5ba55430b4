/// Writes pairs as a query or an `application/x-www-form-urlencoded` body.
///
/// Everything but RFC 3986's unreserved characters is escaped: refresh tokens and cursors contain `%`, `=` and `+`, and an
/// escaped space is read the same in a query and in a form.
package func formEncoded(_ pairs: [(name: String, value: String)]) -> String {
  pairs.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
}

private func percentEncoded(_ text: String) -> String {
  let hexadecimal = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    switch Unicode.Scalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": bytes.append(byte)
    default: bytes += [0x25, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
