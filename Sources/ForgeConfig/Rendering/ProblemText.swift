// Problems as a compiler prints them: the place, what is wrong, the line, and a caret. The line is shown only to whoever has the file before
// him; what is posted elsewhere is the problem alone.

package import ForgeCore

/// One file's bytes, for the lines around its problems.
package struct ConfigText: Sendable {
    private let lines: [[UInt8]]

    package init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    }

    func line(_ number: Int) -> [UInt8]? { lines.indices.contains(number - 1) ? lines[number - 1] : nil }
}

extension ConfigProblem {
    package enum Severity: String, Sendable {
        case error, warning
    }

    /// `.forge.yml:12:3: error: scope.max_files is out of range: give one from 1 to 10000`, then the line and a caret below it.
    package func compilerText(_ severity: Severity, in text: ConfigText?) -> String {
        let file = shownFile(source?.file ?? ".forge.yml")
        let place = [file, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap { $0 }.joined(separator: ":")
        let sentence = [key, what].filter { !$0.isEmpty }.joined(separator: " ") + (advice.isEmpty ? "" : ": " + advice)
        return "\(place): \(severity.rawValue): \(sentence)\n" + excerpt(text)
    }

    private func excerpt(_ text: ConfigText?) -> String {
        guard let line, let bytes = text?.line(line) else { return "" }
        let characters = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0.isHidden ? " " : Character($0) }
        let at = min(max((column ?? 1) - 1, 0), characters.count)
        // Of a long line only what is around the place.
        let start = at > 100 ? at - 60 : 0
        let shown = String(characters[start...].prefix(120))
        let number = String(line)
        let margin = String(repeating: " ", count: number.count)
        return "  \(number) | \(start > 0 ? "…" : "")\(shown)\n  \(margin) | "
            + String(repeating: " ", count: at - start + (start > 0 ? 1 : 0)) + caret(characters[at...]) + "\n"
    }

    /// As wide as the word it points at.
    private func caret(_ rest: ArraySlice<Character>) -> String {
        let word = rest.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }.count
        return "^" + String(repeating: "~", count: min(max(word - 1, 0), 60))
    }

    package func json(_ severity: Severity) -> JSON {
        JSON.object([
            .init("severity", .string(severity.rawValue)), .init("layer", JSON(source?.layer.rawValue)), .init("file", JSON(source?.file)),
            .init("line", JSON(line)), .init("column", JSON(column)), .init("key", key.isEmpty ? .null : .string(key)),
            .init("message", .string([what, advice].filter { !$0.isEmpty }.joined(separator: ": "))),
        ]).withoutNulls
    }
}

/// A file's name comes from a command line and goes to a terminal.
private func shownFile(_ name: String) -> String {
    String(String.UnicodeScalarView(name.unicodeScalars.map { $0.isHidden ? "?" : $0 }))
}
