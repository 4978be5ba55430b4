import Crypto
import FoundationEssentials

/// The key that tokens are sealed with at rest.
public struct SealingKey: Sendable {
  private let key: SymmetricKey

  /// Makes a key of a secret text of at least 32 characters; what `openssl rand -hex 32` prints is one.
  public init(_ secret: String) throws(StorageError) {
    guard secret.utf8.count >= 32 else {
      throw .badKey(
        "the secret key is too short: it needs 32 characters or more, such as `openssl rand -hex 32` prints")
    }
    // Secrets come as hexadecimal, base64 or something else; deriving makes 256 bits of any of them.
    key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: Data(secret.utf8)), info: Data("chat-relay tokens at rest".utf8),
      outputByteCount: 32)
  }

  /// Takes the key from the environment's value, else from `secret.key` in the data folder, which is made when missing.
  public static func load(environmentValue: String?, folder: String) throws(StorageError) -> SealingKey {
    if let environmentValue, !environmentValue.isEmpty { return try SealingKey(environmentValue) }
    return try SealingKey(DataFolder(folder).secret())
  }

  /// Encrypts; only the same key with the same purpose opens the result.
  func seal(_ bytes: Data, for purpose: String) throws -> Data {
    let box = try AES.GCM.seal(bytes, using: key, authenticating: Data(purpose.utf8))
    guard let combined = box.combined else { preconditionFailure("a 96-bit nonce always has a combined form") }
    return combined
  }

  /// Decrypts what was sealed for this purpose: what was sealed for one account does not open as another's.
  func open(_ sealed: Data, for purpose: String) throws(StorageError) -> Data {
    do {
      return try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: Data(purpose.utf8))
    } catch {
      throw .wrongKey
    }
  }
}
