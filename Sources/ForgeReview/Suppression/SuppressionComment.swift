// `forge:ignore rule-id reason` in a comment of any language. Only the shape is read here: which line it accepts what on, and why. It must
// never be read out of prose or code: the mark has to be the first thing in a comment.

import ForgeCore

package struct SuppressionComment: Hashable, Sendable {
    /// Of the new file, the first is 1.
    package var line: Int
    /// Bytes from the line's start to the mark's end.
    package var columns: Range<Int>
    package var rules: [String]
    /// Empty when none is given: then nothing is accepted.
    package var reason: String
    /// Nothing but the comment is on its line, so it is about the line below.
    package var isAlone: Bool

    private static let mark = Array("forge:ignore".utf8)

    /// What opens a comment, the longer before those they end in.
    private static let openers = [
        "{{!--", "<%--", "<!--", "{{!", "<%#", "{#", "//!", "///", "//", "/**", "/*", "(*", "{-", "--", "##", "#", ";;", ";", "%%", "%",
        "*",
        "!", "REM", "rem", "dnl",
    ].map { Array($0.utf8) }

    /// What closes one.
    private static let closers = ["--}}", "--%>", "-->", "}}", "%>", "#}", "*/", "*)", "-}"]

    /// The comment on this line, if there is one.
    package init?(line number: Int, text: ArraySlice<UInt8>) {
        guard let start = Self.find(in: text) else { return nil }
        let before = Self.trimmed(text[..<start])
        guard let opener = Self.openers.first(where: { before.suffix($0.count).elementsEqual($0) }) else { return nil }
        // `"# forge:ignore …"` is a text about a comment.
        if let quote = before.dropLast(opener.count).last, "\"'`".utf8.contains(quote) { return nil }
        let end = start + Self.mark.count
        let rest = text[end...]
        if let next = rest.first, next != 0x20, next != 0x09 {
            // `forge:ignored` and `forge:ignore-file` are other words; a mark that ends the comment is one without rules.
            guard next == 0x0D || Self.closers.contains(where: { rest.starts(with: $0.utf8) }) else { return nil }
        }
        line = number
        columns = start - text.startIndex..<end - text.startIndex
        isAlone = Self.trimmed(before.dropLast(opener.count)).isEmpty
        (rules, reason) = Self.read(String(decoding: rest.prefix(2000), as: UTF8.self))
    }

    /// Where the mark begins. A colon is rarer than a letter, so that is what is looked for.
    private static func find(in text: ArraySlice<UInt8>) -> Int? {
        var at = text.startIndex + 5
        while at < text.endIndex {
            if text[at] == UInt8(ascii: ":"), text[(at - 5)...].starts(with: mark) { return at - 5 }
            at += 1
        }
        return nil
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        return text
    }

    /// `a, b because …` is the rules a and b, and the reason.
    private static func read(_ text: String) -> (rules: [String], reason: String) {
        var text = text[...]
        for closer in closers {
            if let range = text.range(ofLast: closer) { text = text[..<range] }
        }
        var words = text.split(whereSeparator: \.isWhitespace)[...]
        var rules: [String] = []
        var isListOpen = true
        while isListOpen, let word = words.popFirst() {
            isListOpen = word.hasSuffix(",") || words.first?.hasPrefix(",") == true
            rules += word.split(separator: ",").map(String.init)
        }
        let reason = words.drop { $0.allSatisfy { "-–—:".contains($0) } }.joined(separator: " ")
        return (rules, reason)
    }

    /// A reason says something: a dash or a dot is none.
    package var hasReason: Bool { reason.unicodeScalars.count { $0.properties.isAlphabetic } >= 3 }
}

extension Substring {
    /// Where the last occurrence begins.
    fileprivate func range(ofLast wanted: String) -> Index? {
        var found: Index?
        var rest = self
        while let range = rest.firstRange(of: wanted) {
            found = range.lowerBound
            rest = rest[range.upperBound...]
        }
        return found
    }
}

/// The comments of one file, and which line each is about.
package struct Suppressions: Sendable {
    package private(set) var comments: [SuppressionComment] = []
    /// The line that each comment is about.
    private var targets: [Int] = []
    /// Line to the indices of the comments that are about it.
    private var byLine: [Int: [Int]] = [:]

    package init() {}

    /// Lines of the new side, in order, with or without gaps.
    package init(_ lines: some Sequence<(number: Int, text: ArraySlice<UInt8>)>) {
        for (number, text) in lines {
            if let comment = SuppressionComment(line: number, text: text) { comments.append(comment) }
        }
        targets = comments.map(\.line)
        // From the bottom: what stands alone above another one is about the same line.
        var below: (line: Int, target: Int)?
        for index in comments.indices.reversed() {
            let comment = comments[index]
            if comment.isAlone {
                targets[index] = comment.line + 1
                if let next = below, next.line == comment.line + 1 { targets[index] = next.target }
                below = (comment.line, targets[index])
            }
            byLine[targets[index], default: []].append(index)
        }
    }

    package var isEmpty: Bool { comments.isEmpty }

    /// The comments about one of these lines, the nearest first.
    package func about(_ lines: ClosedRange<Int>) -> [Int] {
        guard !comments.isEmpty else { return [] }
        if lines.count > comments.count {
            return byLine.keys.filter(lines.contains).sorted().flatMap { byLine[$0] ?? [] }
        }
        return lines.flatMap { byLine[$0] ?? [] }
    }

    /// The line that a comment is about.
    package func target(of index: Int) -> Int { targets[index] }
}
