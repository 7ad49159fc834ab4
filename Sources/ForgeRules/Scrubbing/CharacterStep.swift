// The first step: characters that cannot be seen, that turn text around, or that talk to a terminal. It must leave nothing behind that it
// would touch on a second reading, so every choice looks at what was kept before and at the very next character.

struct CharacterStep {
    /// Blank lines in a row that are an ordinary layout; more push text out of sight.
    static let emptyLinesMax = 10
    /// Blanks in a row that are an ordinary indentation.
    static let blanksMax = 200
    /// Marks over one letter; Vietnamese in its taken-apart form has two.
    static let marksMax = 4

    private let input: [Unicode.Scalar]
    private var at = 0
    private var output: [Unicode.Scalar] = []
    private var tally: ScrubTally
    private var marks = 0
    /// White space that was read and is not written yet.
    private var blanks: [Unicode.Scalar] = []
    private var blanksCount = 0
    private var lineEnds = 0

    static func run(_ input: [Unicode.Scalar], _ tally: inout ScrubTally) -> [Unicode.Scalar] {
        var step = CharacterStep(input: input, tally: tally)
        step.output.reserveCapacity(input.count)
        while step.at < input.count { step.next() }
        step.writeBlanks()
        tally = step.tally
        return step.output
    }

    private init(input: [Unicode.Scalar], tally: ScrubTally) {
        self.input = input
        self.tally = tally
    }

    private mutating func next() {
        let scalar = input[at]
        if scalar.value > 0x20, scalar.value < 0x7F { return keep(scalar) }
        switch CharacterClass.of(scalar) {
        case .plain: scalar == " " || scalar == "\t" || scalar == "\n" ? blank(scalar) : keep(scalar)
        case .blank: blank(" ")
        case .lineEnd: lineEnd(scalar)
        case .invisible: drop(.invisible)
        case .joiner: joiner(scalar)
        case .variation: variation(scalar)
        case .mark: mark(scalar)
        case .tag: tags()
        case .bidirectional: bidirectional(scalar)
        case .control: control(scalar)
        }
    }

    // MARK: Kept, dropped, shown

    private mutating func keep(_ scalar: Unicode.Scalar) {
        if blanksCount > 0 { writeBlanks() }
        output.append(scalar)
        marks = 0
        at += 1
    }

    private mutating func drop(_ kind: ScrubKind) {
        tally.add(kind)
        at += 1
    }

    private mutating func show(_ text: String) {
        if blanksCount > 0 { writeBlanks() }
        output.append(contentsOf: text.unicodeScalars)
        marks = 0
    }

    /// The character before, as a reader of the output sees it.
    private var before: Unicode.Scalar? { blanksCount > 0 ? " " : output.last }

    private mutating func joiner(_ scalar: Unicode.Scalar) {
        let isNeeded =
            before.map(CharacterClass.takesJoiner) == true && at + 1 < input.count && CharacterClass.takesJoiner(input[at + 1])
            && input[at + 1].value != 0xFE0F
        isNeeded ? keep(scalar) : drop(.invisible)
    }

    private mutating func variation(_ scalar: Unicode.Scalar) {
        before.map { CharacterClass.takesVariation($0, scalar) } == true ? keep(scalar) : drop(.variation)
    }

    private mutating func mark(_ scalar: Unicode.Scalar) {
        guard marks < Self.marksMax else { return drop(.stackedMarks) }
        let count = marks + 1
        keep(scalar)
        marks = count
    }

    private mutating func tags() {
        let start = at
        while at < input.count, case .tag = CharacterClass.of(input[at]) { at += 1 }
        tally.add(.tags, at - start)
        show("⟨\(at - start) tag characters removed⟩")
    }

    private mutating func bidirectional(_ scalar: Unicode.Scalar) {
        tally.add(.bidirectional)
        show("⟨U+\(String(scalar.value, radix: 16, uppercase: true))⟩")
        at += 1
    }

    // MARK: White space

    private mutating func lineEnd(_ scalar: Unicode.Scalar) {
        if scalar == "\r", at + 1 < input.count, input[at + 1] == "\n" { at += 1 }
        blank("\n")
    }

    /// Only as many are held as could be written: a megabyte of blanks takes no memory.
    private mutating func blank(_ scalar: Unicode.Scalar) {
        blanksCount += 1
        if scalar == "\n" { lineEnds += 1 }
        if blanksCount <= Self.blanksMax { blanks.append(scalar) }
        at += 1
    }

    private mutating func writeBlanks() {
        if lineEnds > Self.emptyLinesMax {
            tally.add(.padding)
            output.append(contentsOf: "\n⟨\(lineEnds - 1) empty lines⟩\n".unicodeScalars)
        } else if blanksCount > Self.blanksMax {
            tally.add(.padding)
            output.append(contentsOf: (lineEnds > 0 ? "\n⟨\(blanksCount) blanks⟩\n" : " ⟨\(blanksCount) blanks⟩ ").unicodeScalars)
        } else {
            output.append(contentsOf: blanks)
        }
        blanks.removeAll(keepingCapacity: true)
        blanksCount = 0
        lineEnds = 0
        marks = 0
    }

    // MARK: Terminals

    private mutating func control(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x1B: escape()
        case 0x9B: sequence(from: at + 1)
        case 0x90, 0x98, 0x9D, 0x9E, 0x9F: string(from: at + 1)
        default: drop(.control)
        }
    }

    private mutating func escape() {
        guard at + 1 < input.count else { return drop(.escape) }
        switch input[at + 1] {
        case "[": sequence(from: at + 2)
        case "]", "P", "X", "^", "_": string(from: at + 2)
        default: shortSequence()
        }
    }

    /// ESC, intermediate bytes, one final byte.
    private mutating func shortSequence() {
        var end = at + 1
        while end < input.count, end < at + 4, (0x20...0x2F).contains(input[end].value) { end += 1 }
        let isWhole = end < input.count && (0x30...0x7E).contains(input[end].value)
        tally.add(.escape)
        at = isWhole ? end + 1 : at + 1
    }

    /// Parameters, intermediate bytes and a final byte, as ECMA-48 has them; when it is none, only its beginning is dropped.
    private mutating func sequence(from start: Int) {
        var end = start
        while end < input.count, end < start + 64, (0x20...0x3F).contains(input[end].value) { end += 1 }
        let isWhole = end < input.count && (0x40...0x7E).contains(input[end].value)
        tally.add(.escape)
        at = isWhole ? end + 1 : start
    }

    /// A title, a link's address, a payload for the terminal: to BEL or ST. The scan ends at the next control character, so that many
    /// beginnings without an end are still read once.
    private mutating func string(from start: Int) {
        var end = start
        while end < input.count, input[end].value >= 0x20, !(0x7F...0x9F).contains(input[end].value) { end += 1 }
        tally.add(.escape)
        at = start
        guard end < input.count else { return }
        switch input[end].value {
        case 0x07, 0x9C: at = end + 1
        case 0x1B where end + 1 < input.count && input[end + 1] == "\\": at = end + 2
        default: break
        }
    }
}
