import Foundation
import HTTPTypes
import Testing
import WebSockets

@Suite struct TLSTests {
  /// A certificate for `localhost` that nobody has signed, as files that are removed afterwards.
  private func withCertificate(_ body: (Server.Certificate) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "chat-relay-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let certificate = Server.Certificate(
      chainPath: folder.appending(path: "chain.pem").path, keyPath: folder.appending(path: "key.pem").path)
    let openssl = Process()
    openssl.executableURL = URL(filePath: "/usr/bin/openssl")
    openssl.arguments = [
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
      "subjectAltName=DNS:localhost", "-keyout", certificate.keyPath, "-out", certificate.chainPath,
    ]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    try await body(certificate)
  }

  @Test func aCertificateThatNobodyVouchesForIsRefusedByEveryClient() async throws {
    try await withCertificate { certificate in
      var configuration = Server.Configuration()
      configuration.certificate = certificate
      try await Host.run(configuration) { host, port in
        do {
          _ = try await host.send(.get, "https://localhost:\(port)/")
          Issue.record("an untrusted server was believed")
        } catch {
          guard case .unreachable(let reason)? = error as? HTTPClientError else { throw error }
          #expect(reason.contains("certificate"))
        }
        do {
          _ = try await host.connect("wss://localhost:\(port)/")
          Issue.record("an untrusted server was believed")
        } catch {
          guard case .unreachable? = error as? ConnectError else { throw error }
        }
      }
    }
  }

  @Test func aServerWithACertificateSpeaksTLSOnly() async throws {
    try await withCertificate { certificate in
      var configuration = Server.Configuration()
      configuration.certificate = certificate
      try await Host.run(configuration, respond: { .text($0.scheme) }) { host, port in
        let curl = Process()
        let output = Pipe()
        curl.executableURL = URL(filePath: "/usr/bin/curl")
        curl.arguments = ["-s", "--cacert", certificate.chainPath, "https://localhost:\(port)/"]
        curl.standardOutput = output
        let status = try await withCheckedThrowingContinuation { continuation in
          curl.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
          do { try curl.run() } catch { continuation.resume(throwing: error) }
        }
        #expect(status == 0)
        #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "https")
        await #expect(throws: HTTPClientError.self) { _ = try await host.send(.get, "http://localhost:\(port)/") }
      }
    }
  }
}
