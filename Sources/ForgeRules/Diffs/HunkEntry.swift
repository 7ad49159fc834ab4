// What the first line of a hunk is part of: a hunk may begin in the middle of a comment or of a long string, which only what follows can
// tell. It must never need more than the hunk.

enum HunkEntry {
    case code, blockComment
    case string([UInt8])

    init(_ lines: some Sequence<ArraySlice<UInt8>>, _ language: Language) {
        self = .code
        if language == .python {
            self = Self.python(lines)
        } else if language.isLikeC || language == .css {
            self = Self.likeC(lines)
        }
    }

    /// A comment that ends before one begins has begun above.
    private static func likeC(_ lines: some Sequence<ArraySlice<UInt8>>) -> Self {
        for line in lines {
            var at = line.startIndex
            while at + 1 < line.endIndex {
                if line[at] == Byte.slash, line[at + 1] == Byte.star { return .code }
                if line[at] == Byte.slash, line[at + 1] == Byte.slash { break }
                if line[at] == Byte.star, line[at + 1] == Byte.slash { return closesComment(line, at) ? .blockComment : .code }
                at += 1
            }
        }
        return .code
    }

    /// `*/` in a string or a pattern ends nothing: only a line that is nothing else, or begins with `*`, is believed.
    private static func closesComment(_ line: ArraySlice<UInt8>, _ at: Int) -> Bool {
        let head = line[..<at].drop(while: Byte.isSpace)
        let tail = line[(at + 2)...].drop(while: Byte.isSpace)
        return head.isEmpty || head.first == Byte.star || tail.isEmpty && !head.contains(Byte.doubleQuote)
    }

    /// The first three quotes close when they stand alone behind a line that nothing could follow with a new string.
    private static func python(_ lines: some Sequence<ArraySlice<UInt8>>) -> Self {
        var before: ArraySlice<UInt8> = []
        for line in lines {
            for quotes in ["\"\"\"", "'''"] {
                let mark = Array(quotes.utf8)
                guard let first = line.firstIndex(of: mark[0]), line[first...].starts(with: mark) else { continue }
                let isAlone = line[..<first].allSatisfy(Byte.isSpace) && line[(first + 3)...].allSatisfy(Byte.isSpace)
                let canFollow = before.last.map {
                    [Byte.colon, Byte.equals, Byte.openParenthesis, UInt8(ascii: ","), Byte.openBracket].contains($0)
                }
                let isEnd = isAlone && !(canFollow ?? true) || endsProse(line, first)
                return isEnd ? .string(mark) : .code
            }
            let trimmed = line.trimmed
            if !trimmed.isEmpty { before = trimmed }
        }
        return .code
    }

    /// `the end of a sentence."""`
    private static func endsProse(_ line: ArraySlice<UInt8>, _ quotes: Int) -> Bool {
        guard line[(quotes + 3)...].allSatisfy(Byte.isSpace), let last = line[..<quotes].last else { return false }
        return last == UInt8(ascii: ".") && line[..<quotes].contains(Byte.space)
    }
}
