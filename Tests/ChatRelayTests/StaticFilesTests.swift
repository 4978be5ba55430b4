import Foundation
import HTTPTypes
import Testing
import WebSockets

@testable import ChatRelay

@Suite struct StaticFilesTests {
  private func withFiles(_ check: (StaticFiles) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pages-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder.appending(path: "sub"), withIntermediateDirectories: true)
    try Data("<p>home".utf8).write(to: folder.appending(path: "index.html"))
    try Data("let a".utf8).write(to: folder.appending(path: "sub/a.js"))
    try Data("secret".utf8).write(to: folder.appending(path: ".hidden"))
    try check(try StaticFiles(folder: folder.path, imageOrigin: "http://127.0.0.1:9"))
  }

  @Test func filesHaveTypeTagAndPolicy() throws {
    try withFiles { files in
      let home = try #require(files.response(to: Request(.get, "/")))
      #expect(home.status == .ok)
      #expect(home.body == Data("<p>home".utf8))
      #expect(home.headers[.contentType] == "text/html; charset=utf-8")
      #expect(home.headers[.xContentTypeOptions] == "nosniff")
      #expect(home.headers[.contentSecurityPolicy]?.contains("script-src 'self'") == true)
      #expect(home.headers[.contentSecurityPolicy]?.contains("http://127.0.0.1:9") == true)
      #expect(files.response(to: Request(.get, "/sub/a.js"))?.headers[.contentType] == "text/javascript; charset=utf-8")
    }
  }

  @Test func whoHasTheFileGets304() throws {
    try withFiles { files in
      let tag = try #require(files.response(to: Request(.get, "/index.html"))?.headers[.eTag])
      for match in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
        let again = files.response(to: Request(.get, "/index.html", headers: [.ifNoneMatch: match]))
        #expect(again?.status == .notModified)
        #expect(again?.body.isEmpty == true)
        #expect(again?.headers[.eTag] == tag)
      }
      #expect(files.response(to: Request(.get, "/", headers: [.ifNoneMatch: "\"x\""]))?.status == .ok)
    }
  }

  @Test(arguments: ["/nothing", "/.hidden", "/../etc/passwd", "/sub", "/sub/", "//index.html", "/index.html/"])
  func nothingElseIsServed(_ path: String) throws {
    try withFiles { #expect($0.response(to: Request(.get, path)) == nil) }
  }

  @Test func otherMethodsAreNotAllowed() throws {
    try withFiles { files in
      let answer = files.response(to: Request(.post, "/index.html"))
      #expect(answer?.status == .methodNotAllowed)
      #expect(answer?.headers[.allow] == "GET, HEAD")
    }
  }

  @Test func aFolderThatIsNotThereIsSaid() {
    #expect(throws: RelayError.unreadablePublicFolder(path: "/nowhere", reason: "no such folder")) {
      try StaticFiles(folder: "/nowhere", imageOrigin: nil)
    }
  }
}
