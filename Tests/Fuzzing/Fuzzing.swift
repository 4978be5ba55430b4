import CFuzzer
import Glibc

/// Runs one parser under libFuzzer: `Fuzzing requests [libFuzzer's options] [folders with inputs]`.
///
/// Made by `.ci/fuzz`, which also makes the inputs to begin with. A crash, a leak, a hang or a broken promise of the parser
/// ends the run, and the input that did it is kept in a file.
@main
enum Fuzzing {
  /// What this run is about; libFuzzer's callback is a C function, which carries nothing along.
  private static let parser = CommandLine.arguments.dropFirst().first.flatMap { Parser(rawValue: $0) }

  static func main() {
    guard parser != nil else {
      print(Parser.allCases.map(\.rawValue).joined(separator: "\n"))
      exit(CommandLine.arguments.count > 1 ? 2 : 0)
    }
    // libFuzzer sees the command line without the parser's name.
    var arguments = unsafe CommandLine.unsafeArgv + 1
    unsafe arguments.pointee = CommandLine.unsafeArgv.pointee
    var count = CommandLine.argc - 1
    unsafe exit(
      withUnsafeMutablePointer(to: &arguments) { arguments in
        unsafe arguments.withMemoryRebound(to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1) {
          unsafe LLVMFuzzerRunDriver(&count, $0) { bytes, length in
            Fuzzing.parser?.read(unsafe Array(UnsafeBufferPointer(start: bytes, count: length)))
            return 0
          }
        }
      })
  }
}

/// Ends the run when a parser breaks a promise.
func promise(_ isKept: Bool, _ sentence: @autoclosure () -> String) {
  if !isKept { fatalError(sentence()) }
}
