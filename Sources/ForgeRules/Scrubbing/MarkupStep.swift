// The second step: what a rendered page does not show. Comments are dropped, because they are not for the reader by definition; everything
// else is kept and made visible by breaking the bracket that hides it. It must look at each character a bounded number of times: hostile
// text is a million openings without an end.

struct MarkupStep {
    /// Characters of a reference's label; a longer one is no label in CommonMark either.
    static let labelMax = 999

    private let input: [Unicode.Scalar]
    private var at = 0
    private var output: [Unicode.Scalar] = []
    private var tally: ScrubTally
    /// Where the next end of a comment is; kept, so that many openings search once.
    private var commentEnd = 0

    static func run(_ input: [Unicode.Scalar], _ tally: inout ScrubTally) -> [Unicode.Scalar] {
        var step = MarkupStep(input: input, tally: tally)
        step.output.reserveCapacity(input.count)
        while step.at < input.count { step.next() }
        tally = step.tally
        return step.output
    }

    private init(input: [Unicode.Scalar], tally: ScrubTally) {
        self.input = input
        self.tally = tally
    }

    private mutating func next() {
        switch input[at] {
        case "<": angle()
        case "!" where peek(1) == "[": image()
        case "]" where peek(1) == "(": linkTitle()
        case "[" where isAtLineStart: reference()
        default: keep(1)
        }
    }

    private func peek(_ distance: Int) -> Unicode.Scalar? { at + distance < input.count ? input[at + distance] : nil }

    private mutating func keep(_ count: Int) {
        output.append(contentsOf: input[at..<(at + count)])
        at += count
    }

    private mutating func write(_ text: String) { output.append(contentsOf: text.unicodeScalars) }

    // MARK: HTML

    private mutating func angle() {
        switch peek(1) {
        case "!" where peek(2) == "-" && peek(3) == "-": comment()
        case "!" where peek(2).map { $0 == "[" || isLetter($0) } == true: declaration()
        case "?": declaration()
        default: tag()
        }
    }

    private mutating func comment() {
        let start = at + 2
        if commentEnd < start { commentEnd = endOfComment(from: start) }
        guard commentEnd <= input.count else { return declaration() }
        tally.add(.comment)
        write("⟨hidden comment of \(max(0, commentEnd - at - 7)) characters removed⟩")
        at = commentEnd
    }

    /// Behind `-->` or `--!>`, as browsers have it (`<!-->` is whole, too); beyond the end when there is none.
    private func endOfComment(from start: Int) -> Int {
        var index = start
        while index + 2 < input.count {
            if input[index] == "-", input[index + 1] == "-" {
                if input[index + 2] == ">" { return index + 3 }
                if input[index + 2] == "!", index + 3 < input.count, input[index + 3] == ">" { return index + 4 }
            }
            index += 1
        }
        return input.count + 1
    }

    /// Without an end a comment would hide all that follows, so what follows is shown.
    private mutating func declaration() {
        tally.add(.comment)
        write("‹")
        at += 1
    }

    /// A tag without attributes hides nothing (`Array<String>` is no tag at all), one with attributes can.
    private mutating func tag() {
        var end = at + 1
        if end < input.count, input[end] == "/" { end += 1 }
        guard end < input.count, isLetter(input[end]) else { return keep(1) }
        while end < input.count, isNameCharacter(input[end]) { end += 1 }
        let nameEnd = end
        while end < input.count, isBlank(input[end]) || input[end] == "/" { end += 1 }
        let hasAttributes = end > nameEnd && end < input.count && (isLetter(input[end]) || "_:@#*.\"'".unicodeScalars.contains(input[end]))
        guard hasAttributes else { return keep(nameEnd - at) }
        tally.add(.attributes)
        write("‹")
        at += 1
        keep(nameEnd - at)
    }

    // MARK: Markdown

    /// With a blank between, an image becomes a link that shows its text.
    private mutating func image() {
        tally.add(.image)
        write("! ")
        at += 1
    }

    /// The title moves out of the parentheses, where it is shown.
    private mutating func linkTitle() {
        keep(2)
        skipDestination()
        var end = at
        while end < input.count, isBlank(input[end]) { end += 1 }
        guard end > at, end < input.count, opensTitle(input[end]) else { return }
        tally.add(.linkTitle)
        write(") (")
        at = end
    }

    private mutating func skipDestination() {
        var end = at
        if end < input.count, input[end] == "<" {
            end += 1
            while end < input.count, !">\n⟨<[".unicodeScalars.contains(input[end]) { end += 1 }
            if end < input.count, input[end] == ">" { return keep(end + 1 - at) }
            return
        }
        while end < input.count, !isBlank(input[end]), !")]<![".unicodeScalars.contains(input[end]) { end += 1 }
        keep(end - at)
    }

    /// `[label]: destination` shows nothing, and is where comments in Markdown are put; a blank before the colon makes it text.
    private mutating func reference() {
        guard let close = endOfLabel(), close + 1 < input.count, input[close + 1] == ":" else { return keep(1) }
        guard let destination = destination(from: close + 2) else { return keep(1) }
        if isComment(label: input[(at + 1)..<close], destination: input[destination]) { return markdownComment() }
        tally.add(.reference)
        keep(close + 1 - at)
        write(" ")
    }

    private func endOfLabel() -> Int? {
        var index = at + 1
        while index < input.count, index - at <= Self.labelMax {
            switch input[index] {
            case "]": return index
            case "[", "⟨": return nil
            case "\n" where index + 1 < input.count && input[index + 1] == "\n": return nil
            case "\\": index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// Nil when text follows that is no title: then it is an ordinary line, such as `[info]: connected to the server`.
    private func destination(from start: Int) -> Range<Int>? {
        var begin = start
        while begin < input.count, isBlank(input[begin]) { begin += 1 }
        var end = begin
        while end < input.count, !isBlank(input[end]) { end += 1 }
        guard end > begin, input[begin] != "⟨" else { return nil }
        var after = end
        while after < input.count, input[after] == " " || input[after] == "\t" { after += 1 }
        return after == input.count || input[after] == "\n" || opensTitle(input[after]) ? begin..<end : nil
    }

    private func isComment(label: ArraySlice<Unicode.Scalar>, destination: ArraySlice<Unicode.Scalar>) -> Bool {
        let target = String(String.UnicodeScalarView(destination))
        return target == "#" || target == "<>" || target == "<#>"
            || !label.contains { isLetter($0) || $0 == "^" || $0.value > 0x7F || isDigit($0) }
    }

    private mutating func markdownComment() {
        let end = input[at...].firstIndex(of: "\n") ?? input.count
        tally.add(.comment)
        write("⟨hidden comment of \(end - at) characters removed⟩")
        at = end
    }

    /// Behind nothing but blanks, quote marks and list marks.
    private var isAtLineStart: Bool {
        var index = output.count - 1
        let floor = max(0, output.count - 12)
        while index >= floor, index >= 0, output[index] != "\n" {
            guard " \t>*-+".unicodeScalars.contains(output[index]) else { return false }
            index -= 1
        }
        return index < 0 || output[index] == "\n"
    }
}

func isLetter(_ scalar: Unicode.Scalar) -> Bool { (0x61...0x7A).contains(scalar.value | 0x20) }
func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }
func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" }
private func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
    isLetter(scalar) || isDigit(scalar) || scalar == "-" || scalar == ":" || scalar == "_" || scalar == "."
}
private func opensTitle(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "'" || scalar == "(" }
