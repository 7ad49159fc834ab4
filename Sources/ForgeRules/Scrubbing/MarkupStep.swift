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
    /// Of the link's destination that is being read; none outside of one.
    private var openParentheses = 0

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
        case "&": entity()
        case "!" where peek(1) == "[": image()
        case "]" where peek(1) == "(": beginDestination()
        case "[" where isAtLineStart: reference()
        default: openParentheses > 0 ? destination() : keep(1)
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
        // Whatever follows, a browser takes it for a comment; so it does the end of an element without a name.
        case "!", "?": declaration()
        case "/" where peek(2).map { !isLetter($0) && $0 != ">" } == true: declaration()
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

    /// A tag without attributes hides nothing (`Array<String>` is no tag at all), one with attributes can, and some can by their name.
    private mutating func tag() {
        var end = at + 1
        if end < input.count, input[end] == "/" { end += 1 }
        guard end < input.count, isLetter(input[end]) else { return keep(1) }
        while end < input.count, isNameCharacter(input[end]) { end += 1 }
        guard hasAttributes(behind: end) || hidesByName(at + 1, end) else { return keep(end - at) }
        tally.add(.attributes)
        write("‹")
        at += 1
    }

    /// Whatever stands behind a blank is an attribute to a browser. On another line even the closing bracket is taken for one: the line
    /// may get a mark before it.
    private func hasAttributes(behind nameEnd: Int) -> Bool {
        var end = nameEnd
        var isOnOtherLine = false
        while end < input.count, isBlank(input[end]) || input[end] == "/" {
            if input[end] == "\n" { isOnOtherLine = true }
            end += 1
        }
        return end > nameEnd && end < input.count && (input[end] != ">" || isOnOtherLine)
    }

    /// Not behind a name: `List<Option>` is a type.
    private func hidesByName(_ start: Int, _ end: Int) -> Bool {
        guard end - start <= 10, output.last.map({ isNameCharacter($0) }) != true else { return false }
        return Self.hidingElements.contains(String(String.UnicodeScalarView(input[start..<end])).lowercased())
    }

    /// Elements whose text a page does not show, or not at first.
    private static let hidingElements: Set<String> = [
        "applet", "audio", "canvas", "colgroup", "datalist", "details", "dialog", "frameset", "head", "iframe", "map", "meter", "noembed",
        "noframes", "noscript", "object", "optgroup", "option", "progress", "rp", "script", "select", "style", "template", "textarea",
        "title", "video",
    ]

    /// A character that cannot be seen may be written as its number or its name; the name itself can be seen.
    private mutating func entity() {
        guard HiddenEntity.begins(at: at, in: input) else { return keep(1) }
        tally.add(.invisible)
        write("&amp;")
        at += 1
    }

    // MARK: Markdown

    /// With a blank between, an image becomes a link that shows its text.
    private mutating func image() {
        tally.add(.image)
        write("! ")
        at += 1
    }

    /// A destination in angle brackets may hold anything, so it is made text.
    private mutating func beginDestination() {
        keep(2)
        openParentheses = 1
        while at < input.count, isBlank(input[at]), !isTitleAhead { keep(1) }
        if at < input.count, input[at] == "<" {
            tally.add(.linkTitle)
            write("‹")
            at += 1
        }
    }

    /// One character of a link's destination, which ends at its parenthesis or at a blank.
    private mutating func destination() {
        switch input[at] {
        case "(": openParentheses += 1
        case ")": openParentheses -= 1
        case "\\" where at + 1 < input.count && (input[at + 1] == "(" || input[at + 1] == ")"): return keep(2)
        case let blank where isBlank(blank):
            // With a parenthesis open it is no link.
            if openParentheses == 1, isTitleAhead { return linkTitle() }
            openParentheses = 0
        default: break
        }
        keep(1)
    }

    /// Whether a title stands behind the blanks here.
    private var isTitleAhead: Bool { opensTitle(behindBlanks) }

    private var behindBlanks: Int {
        var end = at
        while end < input.count, isBlank(input[end]) { end += 1 }
        return end
    }

    private func opensTitle(_ index: Int) -> Bool { index > at && index < input.count && isTitleMark(input[index]) }

    /// The title moves out of the parentheses, where it is shown.
    private mutating func linkTitle() {
        tally.add(.linkTitle)
        write(") (")
        at = behindBlanks
        openParentheses = 0
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
        return after == input.count || input[after] == "\n" || isTitleMark(input[after]) ? begin..<end : nil
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

    /// Behind nothing but blanks, quote marks and list marks. An opening bracket is none of them, so no mark is looked at twice.
    private var isAtLineStart: Bool {
        var index = output.count - 1
        while index >= 0, output[index] != "\n" {
            guard isDigit(output[index]) || " \t>*-+.)".unicodeScalars.contains(output[index]) else { return false }
            index -= 1
        }
        return true
    }
}

func isLetter(_ scalar: Unicode.Scalar) -> Bool { (0x61...0x7A).contains(scalar.value | 0x20) }
func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }
func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" }
private func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
    isLetter(scalar) || isDigit(scalar) || scalar == "-" || scalar == ":" || scalar == "_" || scalar == "."
}
private func isTitleMark(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "'" || scalar == "(" }
