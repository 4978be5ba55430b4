import FoundationEssentials

/// The folder with the web pages.
enum PublicFolder {
  /// Looks in the working folder, then beside the program and upwards from it, where a built checkout has it, then where
  /// an installed program's belongings are.
  static func find() -> String? {
    let manager = FileManager.default
    let program = (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? manager.currentDirectoryPath
    var folder = URL(filePath: program)
    var candidates = [manager.currentDirectoryPath]
    // .build/TRIPLE/debug/chat-relay is four levels below a checkout.
    for _ in 0..<4 {
      folder = folder.deletingLastPathComponent()
      candidates.append(folder.path)
    }
    let installed = URL(filePath: program).deletingLastPathComponent().path + "/../share/chat-relay"
    return (candidates + [installed]).map { $0 + "/Public" }.first(where: hasPages)
  }

  /// Whether there are pages in a folder.
  static func hasPages(_ path: String) -> Bool { FileManager.default.isReadableFile(atPath: path + "/index.html") }
}
