// Forge's part of a pull request's description, between two lines of its own. Everything outside of them is a person's, and stays byte for
// byte. Only whole lines count as marks, so no file name and no quotation can pass for one, and of several the last pair is ours: what
// people copy they paste above.

package enum DescriptionSection {
    private static let opening = "<!-- forge:description -->"
    private static let closing = "<!-- /forge:description -->"
    /// GitHub takes 65,536 characters.
    private static let bytesMax = 64_000

    /// The description with the section as it is to be, or without it. Nil when it is so already, or would be too long. Placing the same
    /// section twice is placing it once; placing none after one gives back what was there.
    package static func placed(_ section: String?, in body: String) -> String? {
        let person = withoutSection(body)
        var text = person.text
        if let section {
            text = person.before + (person.before.isEmpty ? "" : "\n\n") + "\(opening)\n\(trimmed(section))\n\(closing)" + person.after
        }
        return text == body || text.utf8.count > bytesMax ? nil : text
    }

    private static func trimmed(_ section: String) -> String {
        var section = Substring(section)
        while section.last == "\n" { section.removeLast() }
        return String(section)
    }

    /// What stands around the section; all of it is before when there is none.
    private static func withoutSection(_ body: String) -> (before: String, after: String, text: String) {
        let lines = body.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let end = lines.lastIndex(where: { isMark(closing, $0) }), let start = lines[..<end].lastIndex(where: { isMark(opening, $0) })
        else { return (body, "", body) }
        var before = body.utf8[..<lines[start].startIndex]
        // The blank line is ours, too.
        if before.suffix(2).elementsEqual("\n\n".utf8) {
            before = before.dropLast(2)
        } else if before.last == 0x0A {
            before = before.dropLast()
        }
        let after = body.utf8[lines[end].endIndex...]
        let parts = (String(before) ?? "", String(after) ?? "")
        return (parts.0, parts.1, parts.0 + parts.1)
    }

    /// Hosts may end lines with a carriage return, too.
    private static func isMark(_ mark: String, _ line: Substring.UTF8View) -> Bool {
        (line.last == UInt8(ascii: "\r") ? line.dropLast() : line).elementsEqual(mark.utf8)
    }
}
