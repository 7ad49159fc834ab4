// What an output's last lines say of a program that is not there, where the exit code says only that something failed: make's, and a Python's
// own word on the module it was to run. It must never take a test's words for it: a module that a test does not find is an error of that test.

enum MissingProgram {
    private static let bytesMax = 4_000
    private static let linesMax = 6

    static func isNamed(in printed: [UInt8]) -> Bool {
        let lines = String(decoding: printed.suffix(bytesMax), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.map { String($0).trimmingBlanks }.filter { !$0.isEmpty }.suffix(linesMax).contains { isMakes($0) || isPythons($0) }
    }

    /// `make[1]: *** [Makefile:2: test] Error 127`, which is what the shell told it.
    private static func isMakes(_ line: String) -> Bool {
        line.contains("make") && line.contains(": *** [") && (line.hasSuffix("] Error 127") || line.hasSuffix("] Error 126"))
    }

    /// `/usr/bin/python3: No module named pytest`; a program's own import ends in `ModuleNotFoundError: …`.
    private static func isPythons(_ line: String) -> Bool {
        guard let said = line.firstRange(of: ": No module named ") else { return false }
        let name = line[..<said.lowerBound].split(separator: "/").last ?? ""
        return (name.hasPrefix("python") || name.hasPrefix("pypy")) && !name.contains(" ")
    }
}
