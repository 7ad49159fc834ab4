// Finds `/forge …` in what a person wrote. Every line that begins with it counts, and only one that other readers see as such: not in a
// quotation, a code block, or an HTML comment. Whether the person may command is somebody else's question.

package import ForgeCore

extension CommandList {
    /// GitHub itself allows 65,536 characters; what comes after so many bytes is not looked at.
    private static let textBytesMax = 256 * 1024
    /// Of all commands of one comment together.
    private static let argumentBytesMax = 2048

    /// The commands of a text, each once; nil when it has none.
    package init?(in text: String) {
        var scanner = CommandScanner()
        var found: [Command] = []
        var leftOut = 0
        for line in Self.lines(of: text) {
            guard let command = scanner.command(in: String(decoding: line, as: UTF8.self)), !found.contains(command) else { continue }
            let bytes = found.reduce(command.arguments.utf8.count) { $0 + $1.arguments.utf8.count }
            if found.count < Self.countMax, bytes <= Self.argumentBytesMax { found.append(command) } else { leftOut += 1 }
        }
        guard !found.isEmpty else { return nil }
        self.init(found, leftOut: leftOut)
    }

    /// A line ends in a line feed, a carriage return, or both.
    private static func lines(of text: String) -> [Substring.UTF8View] {
        let lines = text.utf8.prefix(textBytesMax).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.flatMap { line in
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return line.split(separator: UInt8(ascii: "\r"), omittingEmptySubsequences: false)
        }
    }
}

extension Command {
    private static let word = "/forge"
    private static let argumentBytesMax = 1024

    /// The first command in a text.
    package init?(in text: String) {
        guard let first = CommandList(in: text)?.commands.first else { return nil }
        self = first
    }

    fileprivate init?(line: String) {
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
        let plain = String(String.UnicodeScalarView(shown[first...last].unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        return GitHubText.clip(plain, to: argumentBytesMax)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

/// What a line is part of. Where Markdown leaves a doubt, the line is taken for a part of something and commands nothing.
private struct CommandScanner {
    /// The sign of a line that opens or closes a code block.
    private struct Fence {
        var mark: Character
        var length: Int
        /// Spaces before it; with more than three a line closes nothing.
        var indent: Int
        /// What stands behind it, such as a language.
        var rest: Substring

        init?(_ line: String) {
            let shown = line.drop { $0 == " " }
            guard let first = shown.first, first == "`" || first == "~" else { return nil }
            mark = first
            length = shown.prefix { $0 == first }.count
            indent = line.count - shown.count
            rest = shown.dropFirst(length)
            guard length >= 3, !(first == "`" && rest.contains("`")) else { return nil }
        }

        func closes(_ other: Fence) -> Bool {
            mark == other.mark && length >= other.length && indent <= 3 && rest.allSatisfy(\.isWhitespace)
        }
    }

    private var isInComment = false
    private var fence: Fence?
    /// The line before belongs to a quotation, and one right below it does too, without a sign of its own.
    private var isInQuotation = false

    mutating func command(in line: String) -> Command? {
        let mark = Fence(line)
        if let open = fence {
            if mark?.closes(open) == true { fence = nil }
            return nil
        }
        guard !isInComment else {
            isInComment = Self.isInComment(after: line, before: true)
            return nil
        }
        if let mark {
            fence = mark
            isInQuotation = false
            return nil
        }
        let shown = line.drop { $0 == " " || $0 == "\t" }
        isInQuotation = shown.first == ">" || (isInQuotation && !shown.isEmpty)
        isInComment = Self.isInComment(after: line, before: false)
        return isInQuotation ? nil : Command(line: line)
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
