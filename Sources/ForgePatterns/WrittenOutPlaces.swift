// How large an expression is once its repetitions are written out, found without compiling it: a compiler given `((a{500}){500}){500}`
// cannot be stopped. It reads what both engines read, but for extended mode, which `PatternLimits` refuses. It must never be less than what an engine would build, for nested counts; it need not be exact, and it accepts what is
// no expression, since the engine that follows refuses that with a better message.

/// Characters, classes and other places that a match can be at, each repetition counted as often as it may happen. Stops at `Int.max`.
func writtenOutPlaces(_ expression: String) -> Int {
    var reader = PlaceReader(bytes: Array(expression.utf8))
    return reader.read()
}

/// Whether the expression asks for extended mode, in which white space and comments do not count: `(?x)`, `(?i-x:…)`.
func usesExtendedMode(_ expression: String) -> Bool {
    let bytes = Array(expression.utf8)
    return bytes.indices.contains { start in
        guard bytes[start...].starts(with: "(?".utf8) else { return false }
        let options = bytes[(start + 2)...].prefix { $0.isLetter || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "^") }
        return options.contains(UInt8(ascii: "x")) && [UInt8(ascii: ")"), UInt8(ascii: ":")].contains(bytes[options.endIndex...].first)
    }
}

private struct PlaceReader {
    let bytes: [UInt8]
    private var at = 0
    /// What each open group holds so far; the outermost is the expression.
    private var sums = [0]
    /// What a repetition that comes next would repeat.
    private var last = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() -> Int {
        while at < bytes.count { step() }
        while sums.count > 1 { closeGroup() }
        return sums[0]
    }

    private mutating func step() {
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "("): openGroup()
        case UInt8(ascii: ")"): closeGroup()
        case UInt8(ascii: "["): skipClass()
        case UInt8(ascii: "{"): repeatLast()
        case UInt8(ascii: "\\"): skipEscape()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "|"), UInt8(ascii: "^"), UInt8(ascii: "$"): break
        default: place(1)
        }
    }

    private mutating func place(_ count: Int) {
        last = count
        add(count)
    }

    private mutating func add(_ count: Int) { sums[sums.count - 1] = sums[sums.count - 1].addingCapped(count) }

    /// A comment, or a verb such as `(*UTF)`, is no group.
    private mutating func openGroup() {
        if bytes[at...].starts(with: "?#".utf8) || (bytes[at...].first == UInt8(ascii: "*") && !isLowercase(at + 1)) {
            return skip(to: UInt8(ascii: ")"))
        }
        skipOptions()
        sums.append(0)
        last = 0
    }

    /// The `?i:` of `(?i:…)`; other things that a group can open with are counted as places, which does no harm.
    private mutating func skipOptions() {
        guard bytes[at...].first == UInt8(ascii: "?") else { return }
        var end = at + 1
        while end < bytes.count, bytes[end].isLetter || bytes[end] == UInt8(ascii: "-") { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: ":") { at = end + 1 }
    }

    private mutating func skip(to wanted: UInt8) {
        at = (bytes[at...].firstIndex(of: wanted) ?? bytes.count - 1) + 1
    }

    /// After `\Q`: everything up to `\E` stands for itself.
    private mutating func skipQuoted(counts: Bool) {
        while at < bytes.count, !bytes[at...].starts(with: "\\E".utf8) {
            if counts { place(1) }
            at += 1
        }
        at = min(bytes.count, at + 2)
    }

    private func isLowercase(_ index: Int) -> Bool {
        index < bytes.count && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[index])
    }

    private mutating func closeGroup() {
        // One closed too often is the engine's to refuse.
        guard sums.count > 1 else { return }
        let inner = max(1, sums.removeLast())
        place(inner)
    }

    private mutating func skipClass() {
        if at < bytes.count, bytes[at] == UInt8(ascii: "^") { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") { at += 1 }
        while at < bytes.count, bytes[at] != UInt8(ascii: "]") {
            if bytes[at...].starts(with: "\\Q".utf8) {
                at += 2
                skipQuoted(counts: false)
                continue
            } else if bytes[at] == UInt8(ascii: "\\") {
                at += 1
            } else if bytes[at] == UInt8(ascii: "["), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: ":") {
                skipClassName()
            }
            at += 1
        }
        at += 1
        place(1)
    }

    /// `[:alpha:]`, whose bracket does not end the class. Stays where it is when this is no name.
    private mutating func skipClassName() {
        var end = at + 2
        while end < bytes.count, bytes[end] == UInt8(ascii: "^") || bytes[end].isLetter { end += 1 }
        if end + 1 < bytes.count, bytes[end] == UInt8(ascii: ":"), bytes[end + 1] == UInt8(ascii: "]") { at = end + 1 }
    }

    private mutating func skipEscape() {
        guard at < bytes.count else { return }
        let byte = bytes[at]
        at += 1
        if byte == UInt8(ascii: "Q") { return skipQuoted(counts: true) }
        // `\x{…}`, `\p{…}`, `\o{…}`, `\N{…}`, `\g{…}`: the braces are no repetition.
        if "xpPoNgk".utf8.contains(byte), at < bytes.count, bytes[at] == UInt8(ascii: "{") {
            skip(to: UInt8(ascii: "}"))
        }
        place(1)
    }

    /// `{n}`, `{n,}`, `{n,m}`; anything else is a brace like any character.
    private mutating func repeatLast() {
        var end = at
        guard let low = number(&end) else { return place(1) }
        var high: Int? = low
        if end < bytes.count, bytes[end] == UInt8(ascii: ",") {
            end += 1
            high = number(&end)
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return place(1) }
        at = end + 1
        let total = last.multipliedCapped(by: max(1, high ?? low.addingCapped(1)))
        add(total - last)
        last = total
    }

    private func number(_ at: inout Int) -> Int? {
        let start = at
        var value = 0
        while at < bytes.count, let digit = bytes[at].digit {
            value = value.multipliedCapped(by: 10).addingCapped(digit)
            at += 1
        }
        return at > start ? value : nil
    }
}

extension Int {
    fileprivate func addingCapped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func multipliedCapped(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension UInt8 {
    fileprivate var digit: Int? { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? Int(self - UInt8(ascii: "0")) : nil }
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
