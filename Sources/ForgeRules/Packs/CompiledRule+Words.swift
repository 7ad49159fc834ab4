// Words that a rule wants to see, or not to see, in any letter case of ASCII. It must never look beyond the range it is given.

extension CompiledRule {
    /// A rule without keywords has all it wants.
    func hasKeyword(in text: [UInt8], _ range: Range<Int>) -> Bool {
        keywords.isEmpty || keywords.contains { isIn(text, range, $0) }
    }

    func allowsWord(in text: [UInt8], _ range: Range<Int>) -> Bool { allowWords.contains { isIn(text, range, $0) } }
}

/// Whether small letters stand somewhere in a range.
private func isIn(_ text: [UInt8], _ range: Range<Int>, _ word: [UInt8]) -> Bool {
    guard range.count >= word.count else { return false }
    let span = text.span
    let first = word[0]
    var at = range.lowerBound
    let last = range.upperBound - word.count
    while at <= last {
        if small(span[at]) == first {
            var index = 1
            while index < word.count, small(span[at + index]) == word[index] { index += 1 }
            if index == word.count { return true }
        }
        at += 1
    }
    return false
}

private func small(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
