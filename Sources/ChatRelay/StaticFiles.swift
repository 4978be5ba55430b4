import Crypto
import FoundationEssentials
import HTTPTypes
import WebSockets

/// The pages: everything in one folder, read into memory once.
///
/// What is not in memory cannot be asked for, so there is no way out of the folder.
struct StaticFiles: Sendable {
  private struct File {
    var body: Data
    var type: String
    /// A strong validator (RFC 9110 section 8.8.3): the same tag means the same bytes.
    var tag: String
  }

  private var files: [String: File] = [:]
  /// What a page may load, beyond this gateway's own files.
  private let policy: String

  /// Reads a folder with all that is below it, hidden files excepted.
  ///
  /// - Parameter imageOrigin: Where pictures come from that are neither the gateway's own nor served over HTTPS.
  init(folder: String, imageOrigin: String?) throws(RelayError) {
    policy = Self.policy(imageOrigin)
    do {
      for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
        guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
        let path = folder + "/" + name
        let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard type == .typeRegular else { continue }
        let body = try Data(contentsOf: URL(filePath: path))
        files["/" + name] = File(body: body, type: MediaType.of(fileNamed: name), tag: Self.tag(of: body))
      }
    } catch {
      let reason = (error as? CocoaError)?.code == .fileReadNoPermission ? "permission denied" : "no such folder"
      throw .unreadablePublicFolder(path: folder, reason: reason)
    }
  }

  /// Answers a request for a file; `nil` when there is none of that path.
  func response(to request: Request) -> Response? {
    let path = request.path.hasSuffix("/") ? request.path + "index.html" : request.path
    guard let file = files[path] else { return nil }
    if let refusal = request.refusalUnlessRead { return refusal }
    var headers: HTTPFields = [.eTag: file.tag, .cacheControl: "no-cache"]
    if request.headers[.ifNoneMatch].map({ Self.matches($0, file.tag) }) == true {
      return Response(.notModified, headers: headers)
    }
    headers[.contentType] = file.type
    headers[.contentSecurityPolicy] = policy
    headers[.xContentTypeOptions] = "nosniff"
    headers[.referrerPolicy] = "no-referrer"
    return Response(.ok, headers: headers, body: file.body)
  }

  private static func policy(_ imageOrigin: String?) -> String {
    let images = ["'self'", "data:", "https:", imageOrigin].compactMap(\.self).joined(separator: " ")
    return "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src \(images); "
      + "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
  }

  private static func tag(of body: Data) -> String {
    "\"" + SHA256.hash(data: body).prefix(16).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      + "\""
  }

  /// RFC 9110 section 13.1.2: a list of tags, compared weakly, or `*` for any.
  private static func matches(_ field: String, _ tag: String) -> Bool {
    field.split(separator: ",").contains { entry in
      let candidate = entry.drop { $0 == " " }.prefix { $0 != " " }
      return candidate == "*" || (candidate.hasPrefix("W/") ? candidate.dropFirst(2) : candidate) == tag
    }
  }
}

extension HTTPField.Name {
  /// Referrer-Policy, W3C; the vocabulary's own list lacks it.
  static let referrerPolicy = known("Referrer-Policy")
}
