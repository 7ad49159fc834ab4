// One side of a file's change as one text: the lines of all hunks joined, so that every pattern is looked for in one pass, with what each line
// is and what each byte is part of. Context lines are in it to judge by; what stands only on them is never reported.

internal import ForgeCore

struct ChangedText: Sendable {
    struct Line: Sendable {
        /// Its bytes in the text, without the line feed.
        var bytes: Range<Int>
        /// In the file of this side.
        var number: Int
        /// Added on the new side, removed on the old one.
        var isChanged: Bool
        var hunk: Int
        /// Which run of changed lines it belongs to, or stands in front of.
        var run: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var classes: [LexicalClass] = []
    private(set) var lines: [Line] = []

    init(_ hunks: [Hunk], side: DiffLine.Kind, language: Language) {
        bytes.reserveCapacity(hunks.reduce(0) { $0 + $1.lines.reduce(0) { $0 + $1.text.count + 1 } })
        classes.reserveCapacity(bytes.capacity)
        var lexer = LineLexer(language)
        var run = 0
        for (index, hunk) in hunks.enumerated() {
            let shown = hunk.lines.lazy.filter { $0.kind == .context || $0.kind == side }
            lexer.enter(HunkEntry(shown.map(\.text), language))
            var wasContext = true
            for line in hunk.lines {
                if line.kind == .context {
                    wasContext = true
                } else if wasContext {
                    run += 1
                    wasContext = false
                }
                guard line.kind == .context || line.kind == side else { continue }
                append(line, number: (side == .removed ? line.oldNumber : line.newNumber) ?? 0, hunk: index, run: run, &lexer)
            }
            // An empty line between hunks: no pattern runs from one into the next.
            bytes.append(Byte.newline)
            classes.append(.code)
        }
    }

    private mutating func append(_ line: DiffLine, number: Int, hunk: Int, run: Int, _ lexer: inout LineLexer) {
        let start = bytes.count
        bytes += line.text
        lexer.classify(bytes[start...], into: &classes)
        // A comment of C may go on for longer than the hunk: its lines begin with a star.
        lines.append(Line(bytes: start..<bytes.count, number: number, isChanged: line.kind != .context, hunk: hunk, run: run))
        bytes.append(Byte.newline)
        classes.append(.code)
    }

    func text(_ index: Int) -> ArraySlice<UInt8> { bytes[lines[index].bytes] }

    /// The line that holds a byte of the text, by halving; nil for the empty lines between hunks.
    func line(at offset: Int) -> Int? {
        var low = 0
        var high = lines.count
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].bytes.upperBound < offset { low = middle + 1 } else { high = middle }
        }
        return low < lines.count && lines[low].bytes.lowerBound <= offset ? low : nil
    }

    /// The line of a number of the file, by halving; nil when the diff does not show it.
    func index(ofNumber number: Int) -> Int? {
        var low = 0
        var high = lines.count
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < lines.count && lines[low].number == number ? low : nil
    }

    /// The first line that belongs to a run or stands behind it, by halving.
    func index(ofRun run: Int) -> Int? {
        var low = 0
        var high = lines.count
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].run < run { low = middle + 1 } else { high = middle }
        }
        return low < lines.count ? low : nil
    }

    /// The code of a line: comments and what stands in strings as blanks, so that brackets and words in them do not count.
    func code(_ index: Int, keepingStrings: Bool = false) -> ArraySlice<UInt8> {
        let range = lines[index].bytes
        var masked = Array(bytes[range])
        for (place, at) in range.enumerated() where classes[at] == .comment || classes[at] == .string && !keepingStrings {
            masked[place] = Byte.space
        }
        return masked[...]
    }

    func isAll(_ kind: LexicalClass, _ index: Int) -> Bool {
        lines[index].bytes.allSatisfy { classes[$0] == kind || Byte.isSpace(bytes[$0]) } && !text(index).isBlank
    }

    /// The next line of the same hunk that holds more than blanks.
    func next(after index: Int, in hunk: Int) -> Int? {
        var at = index + 1
        while at < lines.count, lines[at].hunk == hunk {
            if !text(at).isBlank { return at }
            at += 1
        }
        return nil
    }
}

extension LineLexer {
    mutating func enter(_ entry: HunkEntry) {
        switch entry {
        case .code: reset()
        case .blockComment: reset(insideBlockComment: true)
        case .string(let open): reset(insideString: open)
        }
    }
}
