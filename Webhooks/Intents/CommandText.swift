// Finds `/forge …` in what a person wrote. Only a line that begins with it counts, and only one that other readers see as such: not in a
// quotation, a code block, or an HTML comment. Whether the person may command is somebody else's question.

package import ForgeCore

extension Command {
    private static let word = "/forge"
    /// GitHub itself allows 65,536 characters; what comes after so many bytes is not looked at.
    private static let textBytesMax = 256 * 1024
    private static let argumentBytesMax = 1024

    /// The first command in a text.
    package init?(in text: String) {
        var isInComment = false
        var fence: Character?
        for line in text.utf8.prefix(Self.textBytesMax).split(omittingEmptySubsequences: false, whereSeparator: { $0 == 10 || $0 == 13 }) {
            let line = String(decoding: line, as: UTF8.self)
            if let mark = fence {
                if Self.fence(line) == mark { fence = nil }
                continue
            }
            if !isInComment {
                if let mark = Self.fence(line) {
                    fence = mark
                    continue
                }
                if let command = Self(line: line) {
                    self = command
                    return
                }
            }
            isInComment = Self.isInComment(after: line, before: isInComment)
        }
        return nil
    }

    private init?(line: String) {
        guard line.hasPrefix(Self.word) else { return nil }
        let rest = line.dropFirst(Self.word.count)
        guard rest.isEmpty || rest.first?.isWhitespace == true else { return nil }
        let words = rest.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        // A bare `/forge` asks what there is.
        let name = words.first.map { $0.lowercased() } ?? "help"
        guard name.utf8.count <= 32, name.utf8.allSatisfy(Self.isNameByte) else { return nil }
        self.init(name: name, arguments: words.count > 1 ? Self.arguments(words[1]) : "")
    }

    private static func arguments(_ text: Substring) -> String {
        let shown = text.split(separator: "<!--", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard let first = shown.firstIndex(where: { !$0.isWhitespace }), let last = shown.lastIndex(where: { !$0.isWhitespace }) else {
            return ""
        }
        return GitHubText.clip(String(shown[first...last]), to: argumentBytesMax)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// The sign of a line that opens or closes a code block.
    private static func fence(_ line: String) -> Character? {
        let shown = line.drop { $0 == " " }
        guard let first = shown.first, first == "`" || first == "~" else { return nil }
        return shown.prefix { $0 == first }.count >= 3 ? first : nil
    }

    private static func isInComment(after line: String, before: Bool) -> Bool {
        var isInside = before
        var rest = line.utf8[...]
        let opening = Array("<!--".utf8)
        let closing = Array("-->".utf8)
        while !rest.isEmpty {
            let mark = isInside ? closing : opening
            if rest.starts(with: mark) {
                isInside.toggle()
                rest = rest.dropFirst(mark.count)
            } else {
                rest = rest.dropFirst()
            }
        }
        return isInside
    }
}
